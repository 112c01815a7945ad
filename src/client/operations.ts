// Made by npm run docs of the description of all routes, the same as at /openapi.json.

export interface Operations {
  /**
   * Create an asynchronous embedding task for a video or a sound, with Marengo 3.5 also for a picture or a document
   */
  twelvelabsCreateTask: {
    headers?: {
      /**
       * Whether the vectors may be those of an earlier task with the same bytes, settings and model; without it as the server is set.
       */
      'x-embedline-reuse'?: 'yes' | 'no'
    }
    body:
      | {
          input_type: 'audio' | 'video'
          model_name?: string | null
          video?: {
            media_source: {
              url?: string | null
              base64_string?: string | null
              asset_id?: string | null
            }
            start_sec?: number | null
            end_sec?: number | null
            segmentation?: {
              strategy: 'dynamic' | 'fixed'
              dynamic?: {
                min_duration_sec?: number | null
              } | null
              fixed?: {
                duration_sec?: number | null
              } | null
            } | null
            embedding_option?: ('visual' | 'audio' | 'transcription')[] | null
            embedding_scope?: ('clip' | 'asset')[] | null
            embedding_type?: ('separate_embedding' | 'fused_embedding')[] | null
            time_based_metadata?: null
          } | null
          audio?: {
            media_source: {
              url?: string | null
              base64_string?: string | null
              asset_id?: string | null
            }
            start_sec?: number | null
            end_sec?: number | null
            segmentation?: {
              strategy: 'fixed'
              fixed?: {
                duration_sec?: number | null
              } | null
            } | null
            embedding_option?: ('audio' | 'transcription')[] | null
            embedding_scope?: ('clip' | 'asset')[] | null
            embedding_type?: ('separate_embedding' | 'fused_embedding')[] | null
            time_based_metadata?: null
          } | null
          image?: null
          document?: null
          embedding_uncertainty?: false | null
          embedding_dimension?: null
        }
      | {
          input_type: 'audio' | 'video' | 'image' | 'document'
          model_name: 'marengo3.5'
          video?: {
            media_source: {
              url?: string | null
              base64_string?: string | null
              asset_id?: string | null
            }
            start_sec?: number | null
            end_sec?: number | null
            segmentation?: {
              temporal: {
                strategy: 'dynamic' | 'fixed'
                dynamic?: {
                  min_duration_sec?: number | null
                } | null
                fixed?: {
                  duration_sec?: number | null
                } | null
              }
            } | null
            embedding_option?: ('visual' | 'audio')[] | null
            embedding_scope?: ('clip' | 'local' | 'asset')[] | null
            embedding_type?: ('separate_embedding' | 'fused_embedding')[] | null
            time_based_metadata?:
              | {
                  start: number
                  end: number
                  text: string
                }[]
              | null
          } | null
          audio?: {
            media_source: {
              url?: string | null
              base64_string?: string | null
              asset_id?: string | null
            }
            start_sec?: number | null
            end_sec?: number | null
            segmentation?: {
              temporal: {
                strategy: 'dynamic' | 'fixed'
                dynamic?: {
                  min_duration_sec?: number | null
                } | null
                fixed?: {
                  duration_sec?: number | null
                } | null
              }
            } | null
            embedding_option?: 'audio'[] | null
            embedding_scope?: ('clip' | 'local' | 'asset')[] | null
            embedding_type?: ('separate_embedding' | 'fused_embedding')[] | null
            time_based_metadata?:
              | {
                  start: number
                  end: number
                  text: string
                }[]
              | null
          } | null
          image?: {
            media_source: {
              url?: string | null
              base64_string?: string | null
              asset_id?: string | null
            }
            embedding_option?: 'visual'[] | null
            embedding_type?: 'separate_embedding'[] | null
            embedding_scope?: 'asset'[] | null
          } | null
          document?: {
            media_source: {
              url?: string | null
              base64_string?: string | null
              asset_id?: string | null
            }
            segmentation?: {
              spatial?: {
                strategy: 'standard' | 'quadrants'
              } | null
              sequential?: {
                strategy: 'sentence'
                max_sentences: number
                overlap_sentences?: number | null
              } | null
            } | null
            embedding_option?: ('visual' | 'text')[] | null
            embedding_type?: 'separate_embedding'[] | null
            embedding_scope?: ('local' | 'asset')[] | null
          } | null
          embedding_uncertainty?: boolean | null
          embedding_dimension?: (128 | 256 | 512) | null
        }
    answer: {
      /**
       * 24 hex digits, to be taken as opaque
       */
      _id: string
      status: 'processing' | 'ready' | 'failed'
      created_at: string
      updated_at: string
      data:
        | {
            embedding: number[]
            embedding_uncertainty?: number[]
            embedding_option: ('visual' | 'audio' | 'transcription' | 'fused' | 'text') | null
            embedding_scope: ('clip' | 'page' | 'chunk' | 'asset') | null
            start_sec: number | null
            end_sec: number | null
            start_page_number?: number
            end_page_number?: number
            quadrant?: 'top_left' | 'top_right' | 'bottom_left' | 'bottom_right'
            chunk_index?: number
            space: string
          }[]
        | null
      usage?: {
        input_tokens: {
          [k: string]: number
        }
        truncated: boolean
      }
      metadata?:
        | {
            input_type: 'video' | 'audio'
            input_url?: string
            input_filename?: string
            clip_length?: number
            embedding_scopes: string[]
            embedding_options: string[]
            duration: number
            start_offset_sec: number
            end_offset_sec: number
          }
        | {
            input_type: 'image' | 'document'
            input_url?: string
            input_filename?: string
            embedding_scopes: string[]
            embedding_options: string[]
          }
      error?: {
        message: string
        code?: string
      }
      model_name: string
      /**
       * The model that really embedded. Only vectors of one space may be compared: `space` holds for all, else `spaces` tells by option.
       */
      model: {
        id: string
        revision: string
        precision?: string
        dimension?: number
        space?: string
        spaces?: {
          [k: string]: string
        }
      }
      /**
       * Not a part of the contracts: an addition of this server.
       */
      progress: {
        /**
         * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
         */
        fraction: number
        /**
         * Slices, parts or files; null until all are known.
         */
        items_total: number | null
        items_done: number
        items_failed: number
        /**
         * Files that are unchanged or gone.
         */
        items_skipped: number
        /**
         * Of a task of video or sound: how much is embedded; null until it was looked at.
         */
        media_total_sec?: number | null
        media_done_sec?: number
        /**
         * Over the last ten items that were settled; null before the third and at the end.
         */
        items_per_sec: number | null
        /**
         * Until all items are settled, at that rate.
         */
        eta_sec: number | null
      }
      /**
       * The task from which the vectors were taken; nothing was embedded anew.
       */
      reused_from?: string
      /**
       * What a caller should know of a result that is otherwise fine.
       */
      warnings?: {
        code: string
        message: string
        option?: string
        start_sec?: number
        end_sec?: number
        item?: string
      }[]
    }
  }
  /**
   * List tasks, newest first, without vectors
   */
  twelvelabsListTasks: {
    query?: {
      started_at?: string
      ended_at?: string
      status?: 'processing' | 'ready' | 'failed'
      page?: number
      page_limit?: number
    }
    answer: {
      data: {
        /**
         * 24 hex digits, to be taken as opaque
         */
        _id: string
        model_name: string
        status: 'processing' | 'ready' | 'failed'
        created_at: string
        updated_at: string
        video_embedding?: {
          metadata: {
            duration?: number
          }
        }
        audio_embedding?: {
          metadata: {
            duration?: number
          }
        }
        image_embedding?: {
          metadata: {
            duration?: number
          }
        }
        document_embedding?: {
          metadata: {
            duration?: number
          }
        }
        /**
         * The model that really embedded. Only vectors of one space may be compared: `space` holds for all, else `spaces` tells by option.
         */
        model: {
          id: string
          revision: string
          precision?: string
          dimension?: number
          space?: string
          spaces?: {
            [k: string]: string
          }
        }
        /**
         * Not a part of the contracts: an addition of this server.
         */
        progress: {
          /**
           * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
           */
          fraction: number
          /**
           * Slices, parts or files; null until all are known.
           */
          items_total: number | null
          items_done: number
          items_failed: number
          /**
           * Files that are unchanged or gone.
           */
          items_skipped: number
          /**
           * Of a task of video or sound: how much is embedded; null until it was looked at.
           */
          media_total_sec?: number | null
          media_done_sec?: number
          /**
           * Over the last ten items that were settled; null before the third and at the end.
           */
          items_per_sec: number | null
          /**
           * Until all items are settled, at that rate.
           */
          eta_sec: number | null
        }
        /**
         * The task from which the vectors were taken; nothing was embedded anew.
         */
        reused_from?: string
        /**
         * What a caller should know of a result that is otherwise fine.
         */
        warnings?: {
          code: string
          message: string
          option?: string
          start_sec?: number
          end_sec?: number
          item?: string
        }[]
      }[]
      page_info: {
        limit_per_page: number
        page: number
        total_page: number
        total_results: number
      }
    }
  }
  /**
   * State of a task and, once it is ready, its vectors
   */
  twelvelabsRetrieveTask: {
    path: {
      id: string
    }
    answer: {
      /**
       * 24 hex digits, to be taken as opaque
       */
      _id: string
      status: 'processing' | 'ready' | 'failed'
      created_at: string
      updated_at: string
      data:
        | {
            embedding: number[]
            embedding_uncertainty?: number[]
            embedding_option: ('visual' | 'audio' | 'transcription' | 'fused' | 'text') | null
            embedding_scope: ('clip' | 'page' | 'chunk' | 'asset') | null
            start_sec: number | null
            end_sec: number | null
            start_page_number?: number
            end_page_number?: number
            quadrant?: 'top_left' | 'top_right' | 'bottom_left' | 'bottom_right'
            chunk_index?: number
            space: string
          }[]
        | null
      usage?: {
        input_tokens: {
          [k: string]: number
        }
        truncated: boolean
      }
      metadata?:
        | {
            input_type: 'video' | 'audio'
            input_url?: string
            input_filename?: string
            clip_length?: number
            embedding_scopes: string[]
            embedding_options: string[]
            duration: number
            start_offset_sec: number
            end_offset_sec: number
          }
        | {
            input_type: 'image' | 'document'
            input_url?: string
            input_filename?: string
            embedding_scopes: string[]
            embedding_options: string[]
          }
      error?: {
        message: string
        code?: string
      }
      model_name: string
      /**
       * The model that really embedded. Only vectors of one space may be compared: `space` holds for all, else `spaces` tells by option.
       */
      model: {
        id: string
        revision: string
        precision?: string
        dimension?: number
        space?: string
        spaces?: {
          [k: string]: string
        }
      }
      /**
       * Not a part of the contracts: an addition of this server.
       */
      progress: {
        /**
         * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
         */
        fraction: number
        /**
         * Slices, parts or files; null until all are known.
         */
        items_total: number | null
        items_done: number
        items_failed: number
        /**
         * Files that are unchanged or gone.
         */
        items_skipped: number
        /**
         * Of a task of video or sound: how much is embedded; null until it was looked at.
         */
        media_total_sec?: number | null
        media_done_sec?: number
        /**
         * Over the last ten items that were settled; null before the third and at the end.
         */
        items_per_sec: number | null
        /**
         * Until all items are settled, at that rate.
         */
        eta_sec: number | null
      }
      /**
       * The task from which the vectors were taken; nothing was embedded anew.
       */
      reused_from?: string
      /**
       * What a caller should know of a result that is otherwise fine.
       */
      warnings?: {
        code: string
        message: string
        option?: string
        start_sec?: number
        end_sec?: number
        item?: string
      }[]
    }
  }
  /**
   * Embed a text or a picture at once
   */
  twelvelabsEmbed: {
    headers?: {
      /**
       * A video or a sound becomes a task, and is answered with 202 (RFC 7240).
       */
      prefer?: 'respond-async'
    }
    body:
      | {
          input_type: 'text' | 'image' | 'text_image' | 'audio' | 'video' | 'multi_input'
          model_name?: string | null
          text?: {
            input_text: string
          } | null
          image?: {
            media_source: {
              url?: string | null
              base64_string?: string | null
              asset_id?: string | null
            }
          } | null
          text_image?: {
            media_source: {
              url?: string | null
              base64_string?: string | null
              asset_id?: string | null
            }
            input_text: string
          } | null
          audio?: {
            media_source: {
              url?: string | null
              base64_string?: string | null
              asset_id?: string | null
            }
            start_sec?: number | null
            end_sec?: number | null
            segmentation?: {
              strategy: 'fixed'
              fixed?: {
                duration_sec?: number | null
              } | null
            } | null
            embedding_option?: ('audio' | 'transcription')[] | null
            embedding_scope?: ('clip' | 'asset')[] | null
            embedding_type?: ('separate_embedding' | 'fused_embedding')[] | null
            time_based_metadata?: null
          } | null
          video?: {
            media_source: {
              url?: string | null
              base64_string?: string | null
              asset_id?: string | null
            }
            start_sec?: number | null
            end_sec?: number | null
            segmentation?: {
              strategy: 'dynamic' | 'fixed'
              dynamic?: {
                min_duration_sec?: number | null
              } | null
              fixed?: {
                duration_sec?: number | null
              } | null
            } | null
            embedding_option?: ('visual' | 'audio' | 'transcription')[] | null
            embedding_scope?: ('clip' | 'asset')[] | null
            embedding_type?: ('separate_embedding' | 'fused_embedding')[] | null
            time_based_metadata?: null
          } | null
          multi_input?: {
            input_text?: string | null
            media_sources?:
              | {
                  url?: string | null
                  base64_string?: string | null
                  asset_id?: string | null
                  name?: string | null
                  media_type: 'image'
                }[]
              | null
          } | null
          auto_truncate?: false | null
          embedding_uncertainty?: false | null
          embedding_dimension?: null
        }
      | {
          input_type: 'multi_input'
          model_name: 'marengo3.5'
          multi_input?: {
            input_text?: string | null
            media_sources?:
              | {
                  url?: string | null
                  base64_string?: string | null
                  asset_id?: string | null
                  name?: string | null
                  media_type: 'image' | 'video' | 'audio' | 'document'
                }[]
              | null
          } | null
          auto_truncate?: boolean | null
          embedding_uncertainty?: boolean | null
          embedding_dimension?: (128 | 256 | 512) | null
          text?: null
          image?: null
          text_image?: null
          audio?: null
          video?: null
        }
    answer: {
      data: {
        embedding: number[]
        embedding_uncertainty?: number[]
        embedding_option: ('visual' | 'audio' | 'transcription' | 'fused' | 'text') | null
        embedding_scope: ('clip' | 'page' | 'chunk' | 'asset') | null
        start_sec: number | null
        end_sec: number | null
        start_page_number?: number
        end_page_number?: number
        quadrant?: 'top_left' | 'top_right' | 'bottom_left' | 'bottom_right'
        chunk_index?: number
        space: string
      }[]
      usage?: {
        input_tokens: {
          [k: string]: number
        }
        truncated: boolean
      }
      metadata?:
        | {
            input_type: 'image' | 'text_image' | 'multi_input'
          }
        | {
            input_type: 'video' | 'audio'
            input_url?: string
            input_filename?: string
            clip_length?: number
            embedding_scopes: string[]
            embedding_options: string[]
            duration: number
            start_offset_sec: number
            end_offset_sec: number
          }
      /**
       * The model that really embedded. Only vectors of one space may be compared: `space` holds for all, else `spaces` tells by option.
       */
      model: {
        id: string
        revision: string
        precision?: string
        dimension?: number
        space?: string
        spaces?: {
          [k: string]: string
        }
      }
      /**
       * What a caller should know of a result that is otherwise fine.
       */
      warnings?: {
        code: string
        message: string
        option?: string
        start_sec?: number
        end_sec?: number
        item?: string
      }[]
    }
  }
  /**
   * Upload a file, or name the URL from which it is fetched
   */
  twelvelabsCreateAsset: {
    body: {
      method: 'direct' | 'url'
      url?: string
      filename?: string
      /**
       * Accepted; streams are not offered, and no answer has `hls`.
       */
      enable_hls?: 'true' | 'false'
      enable_thumbnail?: 'true' | 'false'
      user_metadata?: string
      file: Blob | Uint8Array<ArrayBuffer> | string
    }
    answer: {
      /**
       * 24 hex digits, to be taken as opaque
       */
      _id: string
      method: 'direct' | 'url' | 'multipart'
      status: 'processing' | 'ready' | 'failed'
      filename: string
      file_type: string
      created_at: string
      user_metadata?: {
        [k: string]: string | number | boolean
      }
      /**
       * What a caller should know of a result that is otherwise fine.
       */
      warnings?: {
        code: string
        message: string
        option?: string
        start_sec?: number
        end_sec?: number
        item?: string
      }[]
      size?: number
      duration?: number
      /**
       * Sizes of pictures as they are displayed: upright, with square pixels.
       */
      technical_metadata?: {
        file_size_bytes: number
        file_mime_type: string
        file_container_format?: string
        video_codec?: string
        video_width?: number
        video_height?: number
        video_fps?: number
        audio_codec?: string
        audio_sample_rate?: number
        audio_channels?: number
        image_width?: number
        image_height?: number
        image_format?: string
        has_audio?: boolean
      }
      /**
       * Only when it was asked for.
       */
      thumbnail?: {
        status: 'pending' | 'ready' | 'error'
        representative_url?: string
      }
      error?: {
        message: string
        code: string
      }
    }
  }
  /**
   * List assets, newest first
   */
  twelvelabsListAssets: {
    query?: {
      asset_ids?: string[]
      asset_types?: ('image' | 'video' | 'audio' | 'document')[]
      filename?: string
      page?: number
      page_limit?: number
    }
    answer: {
      data: {
        /**
         * 24 hex digits, to be taken as opaque
         */
        _id: string
        method: 'direct' | 'url' | 'multipart'
        status: 'processing' | 'ready' | 'failed'
        filename: string
        file_type: string
        created_at: string
        user_metadata?: {
          [k: string]: string | number | boolean
        }
        /**
         * What a caller should know of a result that is otherwise fine.
         */
        warnings?: {
          code: string
          message: string
          option?: string
          start_sec?: number
          end_sec?: number
          item?: string
        }[]
        size?: number
        duration?: number
        /**
         * Sizes of pictures as they are displayed: upright, with square pixels.
         */
        technical_metadata?: {
          file_size_bytes: number
          file_mime_type: string
          file_container_format?: string
          video_codec?: string
          video_width?: number
          video_height?: number
          video_fps?: number
          audio_codec?: string
          audio_sample_rate?: number
          audio_channels?: number
          image_width?: number
          image_height?: number
          image_format?: string
          has_audio?: boolean
        }
        /**
         * Only when it was asked for.
         */
        thumbnail?: {
          status: 'pending' | 'ready' | 'error'
          representative_url?: string
        }
        error?: {
          message: string
          code: string
        }
      }[]
      page_info: {
        limit_per_page: number
        page: number
        total_page: number
        total_results: number
      }
    }
  }
  /**
   * State of an asset and what is known of it
   */
  twelvelabsRetrieveAsset: {
    path: {
      id: string
    }
    answer: {
      /**
       * 24 hex digits, to be taken as opaque
       */
      _id: string
      method: 'direct' | 'url' | 'multipart'
      status: 'processing' | 'ready' | 'failed'
      filename: string
      file_type: string
      created_at: string
      user_metadata?: {
        [k: string]: string | number | boolean
      }
      /**
       * What a caller should know of a result that is otherwise fine.
       */
      warnings?: {
        code: string
        message: string
        option?: string
        start_sec?: number
        end_sec?: number
        item?: string
      }[]
      size?: number
      duration?: number
      /**
       * Sizes of pictures as they are displayed: upright, with square pixels.
       */
      technical_metadata?: {
        file_size_bytes: number
        file_mime_type: string
        file_container_format?: string
        video_codec?: string
        video_width?: number
        video_height?: number
        video_fps?: number
        audio_codec?: string
        audio_sample_rate?: number
        audio_channels?: number
        image_width?: number
        image_height?: number
        image_format?: string
        has_audio?: boolean
      }
      /**
       * Only when it was asked for.
       */
      thumbnail?: {
        status: 'pending' | 'ready' | 'error'
        representative_url?: string
      }
      error?: {
        message: string
        code: string
      }
    }
  }
  /**
   * Delete an asset, or give up the upload that would become it
   */
  twelvelabsDeleteAsset: {
    path: {
      id: string
    }
    query?: {
      force?: 'true' | 'false'
    }
    answer: undefined
  }
  /**
   * Change metadata: null takes a key away, an empty string changes nothing
   */
  twelvelabsChangeUserMetadata: {
    path: {
      id: string
    }
    body: {
      user_metadata: {
        [k: string]: string | number | boolean | null
      }
    }
    answer: undefined
  }
  /**
   * Replace all metadata; nulls and empty strings are left out
   */
  twelvelabsReplaceUserMetadata: {
    path: {
      id: string
    }
    body: {
      user_metadata: {
        [k: string]: string | number | boolean | null
      }
    }
    answer: undefined
  }
  /**
   * Take all metadata away
   */
  twelvelabsRemoveUserMetadata: {
    path: {
      id: string
    }
    answer: undefined
  }
  /**
   * What is said in an asset, from the subtitles in it or beside it
   */
  twelvelabsRetrieveTranscription: {
    path: {
      id: string
    }
    query?: {
      include?: ('words' | 'sentences' | 'utterances')[]
      language?: string
    }
    answer: {
      status: 'pending' | 'processing' | 'ready' | 'failed'
      /**
       * The lines of the subtitles.
       */
      sentences?: {
        start: number
        end: number
        value: string
      }[]
      utterances?: {
        start: number
        end: number
        value: string
        speaker?: string
      }[]
      error?: {
        message: string
        code: string
      }
      language?: string
      /**
       * All there are, the ones used first first; without `asset_id`: one of the file.
       */
      tracks?: {
        language?: string
        asset_id?: string
      }[]
      /**
       * What a caller should know of a result that is otherwise fine.
       */
      warnings?: {
        code: string
        message: string
        option?: string
        start_sec?: number
        end_sec?: number
        item?: string
      }[]
    }
  }
  /**
   * Begin to upload a file in parts
   */
  twelvelabsCreateUpload: {
    body: {
      filename: string
      type: 'video' | 'audio' | 'image'
      total_size: number
      /**
       * Accepted; streams are not offered, and no answer has `hls`.
       */
      enable_hls?: boolean | null
      enable_thumbnail?: boolean | null
      user_metadata?: {
        [k: string]: string | number | boolean
      } | null
    }
    answer: {
      /**
       * 24 hex digits, to be taken as opaque
       */
      upload_id: string
      /**
       * 24 hex digits, to be taken as opaque
       */
      asset_id: string
      upload_urls: {
        chunk_index: number
        url: string
        expires_at: string
      }[]
      upload_headers: {
        [k: string]: string
      }
      chunk_size: number
      total_chunks: number
      expires_at: string
    }
  }
  /**
   * List uploads that still take parts, newest first
   */
  twelvelabsListUploads: {
    query?: {
      page?: number
      page_limit?: number
    }
    answer: {
      data: {
        /**
         * 24 hex digits, to be taken as opaque
         */
        upload_id: string
        /**
         * 24 hex digits, to be taken as opaque
         */
        asset_id: string
        filename: string
        status: 'active' | 'completed' | 'failed' | 'expired'
        total_size: number
        chunk_size: number
        total_chunks: number
        created_at: string
        expires_at: string
      }[]
      page_info: {
        limit_per_page: number
        page: number
        total_page: number
        total_results: number
      }
    }
  }
  /**
   * How far an upload is, part by part
   */
  twelvelabsRetrieveUpload: {
    path: {
      id: string
    }
    query?: {
      page?: number
      page_limit?: number
    }
    answer: {
      /**
       * 24 hex digits, to be taken as opaque
       */
      upload_id: string
      /**
       * 24 hex digits, to be taken as opaque
       */
      asset_id: string
      status: 'active' | 'completed' | 'failed' | 'expired'
      uploaded_chunks: {
        index: number
        status: 'pending' | 'completed'
        uploaded_at: string | null
        updated_at?: string
        /**
         * Of a part that has come, reported or not.
         */
        etag?: string
      }[]
      chunks_completed: number
      chunks_failed: number
      chunks_pending: number
      total_size: number
      uploaded_size: number
      created_at: string
      updated_at: string
      expires_at: string
      page_info: {
        limit_per_page: number
        page: number
        total_page: number
        total_results: number
      }
    }
  }
  /**
   * Report parts that were sent; with the last one the asset is there
   */
  twelvelabsReportParts: {
    path: {
      id: string
    }
    body: {
      /**
       * @minItems 1
       * @maxItems 500
       */
      completed_chunks: {
        chunk_index: number
        proof: string
        proof_type: 'etag'
        chunk_size: number
      }[]
    }
    answer: {
      /**
       * 24 hex digits, to be taken as opaque
       */
      asset_id: string
      processed_chunks: number
      duplicate_chunks: number
      total_completed: number
      /**
       * Where the bytes are, once all parts are reported.
       */
      url?: string
    }
  }
  /**
   * Get addresses for more parts, or new ones; each is valid for an hour
   */
  twelvelabsAddressParts: {
    path: {
      id: string
    }
    body: {
      start: number
      count: number
    }
    answer: {
      /**
       * 24 hex digits, to be taken as opaque
       */
      upload_id: string
      start_index: number
      count: number
      upload_urls: {
        chunk_index: number
        url: string
        expires_at: string
      }[]
      generated_at: string
      expires_at: string
    }
  }
  /**
   * Send a part to an address that was given; no key, the signature is enough. The ETag is its MD5
   */
  twelvelabsPutPart: {
    path: {
      id: string
      number: string
    }
    query: {
      expires: string
      key?: string
      signature: string
    }
    body: Blob | Uint8Array<ArrayBuffer> | string
    answer: undefined
  }
  /**
   * Embed v1: embed a text, a picture or a short sound at once
   */
  twelvelabsEmbedV1: {
    body: {
      model_name: string
      text?: string
      image_url?: string
      audio_url?: string
      audio_start_offset_sec?: number
      image_file?: Blob | Uint8Array<ArrayBuffer> | string
      audio_file?: Blob | Uint8Array<ArrayBuffer> | string
    }
    answer: {
      model_name: string
      text_embedding?: {
        segments: {
          float: number[]
          space: string
        }[]
      }
      image_embedding?: {
        segments: {
          float: number[]
          space: string
        }[]
        metadata: {
          input_url?: string
          input_filename?: string
        }
      }
      audio_embedding?: {
        segments: {
          float: number[]
          start_offset_sec: number
          end_offset_sec: number
          space: string
        }[]
        metadata: {
          input_url?: string
          input_filename?: string
        }
      }
      /**
       * The model that really embedded. Only vectors of one space may be compared: `space` holds for all, else `spaces` tells by option.
       */
      model: {
        id: string
        revision: string
        precision?: string
        dimension?: number
        space?: string
        spaces?: {
          [k: string]: string
        }
      }
      /**
       * What a caller should know of a result that is otherwise fine.
       */
      warnings?: {
        code: string
        message: string
        option?: string
        start_sec?: number
        end_sec?: number
        item?: string
      }[]
    }
  }
  /**
   * Embed v1: create an embedding task for a video
   */
  twelvelabsCreateTaskV1: {
    body: {
      model_name: string
      video_url?: string
      video_start_offset_sec?: number
      video_end_offset_sec?: number
      video_clip_length?: number
      /**
       * @minItems 1
       */
      video_embedding_scope?: ('clip' | 'video')[]
      video_file?: Blob | Uint8Array<ArrayBuffer> | string
    }
    answer: {
      /**
       * 24 hex digits, to be taken as opaque
       */
      _id: string
      /**
       * What a caller should know of a result that is otherwise fine.
       */
      warnings?: {
        code: string
        message: string
        option?: string
        start_sec?: number
        end_sec?: number
        item?: string
      }[]
    }
  }
  /**
   * Embed v1: list tasks, newest first, without vectors
   */
  twelvelabsListTasksV1: {
    query?: {
      started_at?: string
      ended_at?: string
      status?: 'processing' | 'ready' | 'failed'
      page?: number
      page_limit?: number
    }
    answer: {
      data: {
        /**
         * 24 hex digits, to be taken as opaque
         */
        _id: string
        model_name: string
        status: 'processing' | 'ready' | 'failed'
        error?: {
          message: string
          code?: string
        }
        /**
         * The model that really embedded. Only vectors of one space may be compared: `space` holds for all, else `spaces` tells by option.
         */
        model: {
          id: string
          revision: string
          precision?: string
          dimension?: number
          space?: string
          spaces?: {
            [k: string]: string
          }
        }
        /**
         * What a caller should know of a result that is otherwise fine.
         */
        warnings?: {
          code: string
          message: string
          option?: string
          start_sec?: number
          end_sec?: number
          item?: string
        }[]
        video_embedding?: {
          metadata: {
            input_url?: string
            input_filename?: string
            video_clip_length?: number
            video_embedding_scope?: string[]
            video_embedding_option?: string[]
            duration?: number
          }
        }
        created_at: string
        updated_at: string
      }[]
      page_info: {
        limit_per_page: number
        page: number
        total_page: number
        total_results: number
      }
    }
  }
  /**
   * Embed v1: state of a task
   */
  twelvelabsRetrieveTaskStatusV1: {
    path: {
      id: string
    }
    answer: {
      /**
       * 24 hex digits, to be taken as opaque
       */
      _id: string
      model_name: string
      status: 'processing' | 'ready' | 'failed'
      error?: {
        message: string
        code?: string
      }
      /**
       * The model that really embedded. Only vectors of one space may be compared: `space` holds for all, else `spaces` tells by option.
       */
      model: {
        id: string
        revision: string
        precision?: string
        dimension?: number
        space?: string
        spaces?: {
          [k: string]: string
        }
      }
      /**
       * What a caller should know of a result that is otherwise fine.
       */
      warnings?: {
        code: string
        message: string
        option?: string
        start_sec?: number
        end_sec?: number
        item?: string
      }[]
      video_embedding?: {
        metadata: {
          input_url?: string
          input_filename?: string
          video_clip_length?: number
          video_embedding_scope?: string[]
          video_embedding_option?: string[]
          duration?: number
        }
      }
    }
  }
  /**
   * Embed v1: state of a task and, once it is ready, its segments
   */
  twelvelabsRetrieveTaskV1: {
    path: {
      id: string
    }
    query?: {
      /**
       * @minItems 1
       */
      embedding_option?: ('visual' | 'audio' | 'transcription' | 'visual-text')[]
    }
    answer: {
      /**
       * 24 hex digits, to be taken as opaque
       */
      _id: string
      model_name: string
      status: 'processing' | 'ready' | 'failed'
      error?: {
        message: string
        code?: string
      }
      /**
       * The model that really embedded. Only vectors of one space may be compared: `space` holds for all, else `spaces` tells by option.
       */
      model: {
        id: string
        revision: string
        precision?: string
        dimension?: number
        space?: string
        spaces?: {
          [k: string]: string
        }
      }
      /**
       * What a caller should know of a result that is otherwise fine.
       */
      warnings?: {
        code: string
        message: string
        option?: string
        start_sec?: number
        end_sec?: number
        item?: string
      }[]
      created_at: string
      updated_at: string
      video_embedding?: {
        metadata: {
          input_url?: string
          input_filename?: string
          video_clip_length?: number
          video_embedding_scope?: string[]
          video_embedding_option?: string[]
          duration?: number
        }
        segments?: {
          float: number[]
          start_offset_sec: number
          end_offset_sec: number
          embedding_option: string
          embedding_scope: 'clip' | 'video'
          space: string
        }[]
      }
    }
  }
  /**
   * List tasks by their status, newest first
   */
  telnyxListTasks: {
    query?: {
      /**
       * Repeated, with commas, or with brackets; `failed` means `failure`.
       */
      status?: string[]
    }
    answer: {
      data: {
        task_id: string
        task_name: string
        status: 'queued' | 'processing' | 'success' | 'failure' | 'partial_success'
        created_at: string
        finished_at?: string
        bucket: string
        embedding_model: string
        document_chunk_size: number
        document_chunk_overlap_size: number
        loader: string
        files_total: number
        files_done: number
        files_failed: number
        /**
         * Unchanged since they were embedded with the same settings.
         */
        files_skipped: number
        files_removed: number
        /**
         * Not a part of the contracts: an addition of this server.
         */
        progress: {
          /**
           * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
           */
          fraction: number
          /**
           * Slices, parts or files; null until all are known.
           */
          items_total: number | null
          items_done: number
          items_failed: number
          /**
           * Files that are unchanged or gone.
           */
          items_skipped: number
          /**
           * Of a task of video or sound: how much is embedded; null until it was looked at.
           */
          media_total_sec?: number | null
          media_done_sec?: number
          /**
           * Over the last ten items that were settled; null before the third and at the end.
           */
          items_per_sec: number | null
          /**
           * Until all items are settled, at that rate.
           */
          eta_sec: number | null
        }
        /**
         * Of a site that is crawled: where that begins.
         */
        url?: string
        pages?: {
          /**
           * Pages of the site that are known.
           */
          found: number
          /**
           * Asked for, without those that only lead to another page.
           */
          fetched: number
          /**
           * New or changed objects of the bucket.
           */
          stored: number
          unchanged: number
          /**
           * The same as another page, by content or by its own word.
           */
          duplicate: number
          redirected: number
          /**
           * Left out: robots.txt, noindex, types that are not read, traps.
           */
          skipped: number
          /**
           * Links to pages that are not there.
           */
          missing: number
          failed: number
        }
        /**
         * Of one task: the first 100 pages that could not be had.
         */
        failed_pages?: {
          url: string
          error_reason: string
          error_message: string
        }[]
        /**
         * unsupported_type: what the file is, is not read as a document; document_unreadable: the file is damaged, or nested too deep, or the server may not read it; document_encrypted: the file needs a password; document_too_large: the file, or what is packed in it, is larger than files of its type may be; no_text: the file holds no text; the pages of a PDF may be pictures; no_transcript: sound or video without a subtitle track; media_unreadable: the sound or video is damaged; request_invalid: the key cannot be used: it has more than 1,024 bytes; file_changed: the file was changed each time it was read; not_found: the bucket is not there any more; aborted: the embedding of the bucket was deleted; cancelled: the task was cancelled; model_unknown: the model of the task is not here any more; model_missing: files of the model are not here; model_damaged: files of the model are damaged; modality_unsupported: the model does not embed text; remote_refused: the service that embeds refused the text; remote_unavailable: the service that embeds does not answer; fetch_refused: the address is not one that this server fetches, or that its site lets it fetch; fetch_not_found: there is nothing at the address that could be stored; fetch_too_large: what is at the address is too large; fetch_failed: the address could not be fetched; decoder_stalled: the program that reads subtitles took too long; decoder_crashed: the program that reads subtitles crashed; child_crashed: the work on the file crashed its process, several times; child_hung: the work on the file took too long, several times; child_out_of_memory: the work on the file took too much memory, several times; compute_unavailable: no process could be started for the work; storage_unavailable: the storage did not work; disk_full: the disk of the server was full; interrupted: the server died too often while it worked on the file; internal: a mistake of this server; its log says more
         */
        error_reason?:
          | 'unsupported_type'
          | 'document_unreadable'
          | 'document_encrypted'
          | 'document_too_large'
          | 'no_text'
          | 'no_transcript'
          | 'media_unreadable'
          | 'request_invalid'
          | 'file_changed'
          | 'not_found'
          | 'aborted'
          | 'cancelled'
          | 'model_unknown'
          | 'model_missing'
          | 'model_damaged'
          | 'modality_unsupported'
          | 'remote_refused'
          | 'remote_unavailable'
          | 'fetch_refused'
          | 'fetch_not_found'
          | 'fetch_too_large'
          | 'fetch_failed'
          | 'decoder_stalled'
          | 'decoder_crashed'
          | 'child_crashed'
          | 'child_hung'
          | 'child_out_of_memory'
          | 'compute_unavailable'
          | 'storage_unavailable'
          | 'disk_full'
          | 'interrupted'
          | 'internal'
        error_message?: string
        model: {
          id: string
          revision: string
          precision?: string
          space?: string
          dimension?: number
        }
        /**
         * What a caller should know of a result that is otherwise fine.
         */
        warnings?: {
          code: string
          message: string
        }[]
        user_id: string
      }[]
      /**
       * What a caller should know of a result that is otherwise fine.
       */
      warnings?: {
        code: string
        message: string
      }[]
    }
  }
  /**
   * Embed the files of a bucket that are new or changed
   */
  telnyxCreateTask: {
    body: {
      bucket_name: string
      document_chunk_size?: number | null
      document_chunk_overlap_size?: number | null
      embedding_model?: string | null
      loader?: ('default' | 'intercom') | null
    }
    answer: {
      data: {
        task_id: string
        task_name: string
        status: 'queued' | 'processing' | 'success' | 'failure' | 'partial_success'
        created_at: string
        finished_at: string | null
        bucket: string
        embedding_model: string
        document_chunk_size: number
        document_chunk_overlap_size: number
        loader: string
        files_total: number
        files_done: number
        files_failed: number
        /**
         * Unchanged since they were embedded with the same settings.
         */
        files_skipped: number
        files_removed: number
        /**
         * Not a part of the contracts: an addition of this server.
         */
        progress: {
          /**
           * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
           */
          fraction: number
          /**
           * Slices, parts or files; null until all are known.
           */
          items_total: number | null
          items_done: number
          items_failed: number
          /**
           * Files that are unchanged or gone.
           */
          items_skipped: number
          /**
           * Of a task of video or sound: how much is embedded; null until it was looked at.
           */
          media_total_sec?: number | null
          media_done_sec?: number
          /**
           * Over the last ten items that were settled; null before the third and at the end.
           */
          items_per_sec: number | null
          /**
           * Until all items are settled, at that rate.
           */
          eta_sec: number | null
        }
        /**
         * Of a site that is crawled: where that begins.
         */
        url?: string
        pages?: {
          /**
           * Pages of the site that are known.
           */
          found: number
          /**
           * Asked for, without those that only lead to another page.
           */
          fetched: number
          /**
           * New or changed objects of the bucket.
           */
          stored: number
          unchanged: number
          /**
           * The same as another page, by content or by its own word.
           */
          duplicate: number
          redirected: number
          /**
           * Left out: robots.txt, noindex, types that are not read, traps.
           */
          skipped: number
          /**
           * Links to pages that are not there.
           */
          missing: number
          failed: number
        }
        /**
         * Of one task: the first 100 pages that could not be had.
         */
        failed_pages?: {
          url: string
          error_reason: string
          error_message: string
        }[]
        /**
         * unsupported_type: what the file is, is not read as a document; document_unreadable: the file is damaged, or nested too deep, or the server may not read it; document_encrypted: the file needs a password; document_too_large: the file, or what is packed in it, is larger than files of its type may be; no_text: the file holds no text; the pages of a PDF may be pictures; no_transcript: sound or video without a subtitle track; media_unreadable: the sound or video is damaged; request_invalid: the key cannot be used: it has more than 1,024 bytes; file_changed: the file was changed each time it was read; not_found: the bucket is not there any more; aborted: the embedding of the bucket was deleted; cancelled: the task was cancelled; model_unknown: the model of the task is not here any more; model_missing: files of the model are not here; model_damaged: files of the model are damaged; modality_unsupported: the model does not embed text; remote_refused: the service that embeds refused the text; remote_unavailable: the service that embeds does not answer; fetch_refused: the address is not one that this server fetches, or that its site lets it fetch; fetch_not_found: there is nothing at the address that could be stored; fetch_too_large: what is at the address is too large; fetch_failed: the address could not be fetched; decoder_stalled: the program that reads subtitles took too long; decoder_crashed: the program that reads subtitles crashed; child_crashed: the work on the file crashed its process, several times; child_hung: the work on the file took too long, several times; child_out_of_memory: the work on the file took too much memory, several times; compute_unavailable: no process could be started for the work; storage_unavailable: the storage did not work; disk_full: the disk of the server was full; interrupted: the server died too often while it worked on the file; internal: a mistake of this server; its log says more
         */
        error_reason?:
          | 'unsupported_type'
          | 'document_unreadable'
          | 'document_encrypted'
          | 'document_too_large'
          | 'no_text'
          | 'no_transcript'
          | 'media_unreadable'
          | 'request_invalid'
          | 'file_changed'
          | 'not_found'
          | 'aborted'
          | 'cancelled'
          | 'model_unknown'
          | 'model_missing'
          | 'model_damaged'
          | 'modality_unsupported'
          | 'remote_refused'
          | 'remote_unavailable'
          | 'fetch_refused'
          | 'fetch_not_found'
          | 'fetch_too_large'
          | 'fetch_failed'
          | 'decoder_stalled'
          | 'decoder_crashed'
          | 'child_crashed'
          | 'child_hung'
          | 'child_out_of_memory'
          | 'compute_unavailable'
          | 'storage_unavailable'
          | 'disk_full'
          | 'interrupted'
          | 'internal'
        error_message?: string
        model: {
          id: string
          revision: string
          precision?: string
          space?: string
          dimension?: number
        }
        /**
         * What a caller should know of a result that is otherwise fine.
         */
        warnings?: {
          code: string
          message: string
        }[]
        user_id: string
      }
    }
  }
  /**
   * State of a task
   */
  telnyxRetrieveTask: {
    path: {
      task_id: string
    }
    answer: {
      data: {
        task_id: string
        task_name: string
        status: 'queued' | 'processing' | 'success' | 'failure' | 'partial_success'
        created_at: string
        finished_at?: string
        bucket: string
        embedding_model: string
        document_chunk_size: number
        document_chunk_overlap_size: number
        loader: string
        files_total: number
        files_done: number
        files_failed: number
        /**
         * Unchanged since they were embedded with the same settings.
         */
        files_skipped: number
        files_removed: number
        /**
         * Not a part of the contracts: an addition of this server.
         */
        progress: {
          /**
           * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
           */
          fraction: number
          /**
           * Slices, parts or files; null until all are known.
           */
          items_total: number | null
          items_done: number
          items_failed: number
          /**
           * Files that are unchanged or gone.
           */
          items_skipped: number
          /**
           * Of a task of video or sound: how much is embedded; null until it was looked at.
           */
          media_total_sec?: number | null
          media_done_sec?: number
          /**
           * Over the last ten items that were settled; null before the third and at the end.
           */
          items_per_sec: number | null
          /**
           * Until all items are settled, at that rate.
           */
          eta_sec: number | null
        }
        /**
         * Of a site that is crawled: where that begins.
         */
        url?: string
        pages?: {
          /**
           * Pages of the site that are known.
           */
          found: number
          /**
           * Asked for, without those that only lead to another page.
           */
          fetched: number
          /**
           * New or changed objects of the bucket.
           */
          stored: number
          unchanged: number
          /**
           * The same as another page, by content or by its own word.
           */
          duplicate: number
          redirected: number
          /**
           * Left out: robots.txt, noindex, types that are not read, traps.
           */
          skipped: number
          /**
           * Links to pages that are not there.
           */
          missing: number
          failed: number
        }
        /**
         * Of one task: the first 100 pages that could not be had.
         */
        failed_pages?: {
          url: string
          error_reason: string
          error_message: string
        }[]
        /**
         * unsupported_type: what the file is, is not read as a document; document_unreadable: the file is damaged, or nested too deep, or the server may not read it; document_encrypted: the file needs a password; document_too_large: the file, or what is packed in it, is larger than files of its type may be; no_text: the file holds no text; the pages of a PDF may be pictures; no_transcript: sound or video without a subtitle track; media_unreadable: the sound or video is damaged; request_invalid: the key cannot be used: it has more than 1,024 bytes; file_changed: the file was changed each time it was read; not_found: the bucket is not there any more; aborted: the embedding of the bucket was deleted; cancelled: the task was cancelled; model_unknown: the model of the task is not here any more; model_missing: files of the model are not here; model_damaged: files of the model are damaged; modality_unsupported: the model does not embed text; remote_refused: the service that embeds refused the text; remote_unavailable: the service that embeds does not answer; fetch_refused: the address is not one that this server fetches, or that its site lets it fetch; fetch_not_found: there is nothing at the address that could be stored; fetch_too_large: what is at the address is too large; fetch_failed: the address could not be fetched; decoder_stalled: the program that reads subtitles took too long; decoder_crashed: the program that reads subtitles crashed; child_crashed: the work on the file crashed its process, several times; child_hung: the work on the file took too long, several times; child_out_of_memory: the work on the file took too much memory, several times; compute_unavailable: no process could be started for the work; storage_unavailable: the storage did not work; disk_full: the disk of the server was full; interrupted: the server died too often while it worked on the file; internal: a mistake of this server; its log says more
         */
        error_reason?:
          | 'unsupported_type'
          | 'document_unreadable'
          | 'document_encrypted'
          | 'document_too_large'
          | 'no_text'
          | 'no_transcript'
          | 'media_unreadable'
          | 'request_invalid'
          | 'file_changed'
          | 'not_found'
          | 'aborted'
          | 'cancelled'
          | 'model_unknown'
          | 'model_missing'
          | 'model_damaged'
          | 'modality_unsupported'
          | 'remote_refused'
          | 'remote_unavailable'
          | 'fetch_refused'
          | 'fetch_not_found'
          | 'fetch_too_large'
          | 'fetch_failed'
          | 'decoder_stalled'
          | 'decoder_crashed'
          | 'child_crashed'
          | 'child_hung'
          | 'child_out_of_memory'
          | 'compute_unavailable'
          | 'storage_unavailable'
          | 'disk_full'
          | 'interrupted'
          | 'internal'
        error_message?: string
        model: {
          id: string
          revision: string
          precision?: string
          space?: string
          dimension?: number
        }
        /**
         * What a caller should know of a result that is otherwise fine.
         */
        warnings?: {
          code: string
          message: string
        }[]
      }
    }
  }
  /**
   * Find the chunks of a bucket that are nearest to a text
   */
  telnyxSearch: {
    body: {
      bucket_name: string
      query: string
      num_of_docs?: number | null
      hybrid?: boolean | null
      filter?: string | null
      min_certainty?: number | null
    }
    answer: {
      data: {
        document_chunk: string
        /**
         * 1 - cosine, from 0 to 2.
         */
        distance: number
        metadata: {
          /**
           * Where the file can be had: of a crawled page its own address.
           */
          source: string
          checksum: string
          embedding: string
          filename: string
          /**
           * 1 - distance / 2.
           */
          certainty: number
          loader_metadata: {
            [k: string]: string | number
          }
        }
      }[]
    }
  }
  /**
   * Crawl a site into a bucket and embed its pages
   */
  telnyxCrawl: {
    body: {
      bucket_name: string
      url: string
    }
    answer: {
      data: {
        task_id: string
        task_name: string
        status: 'queued' | 'processing' | 'success' | 'failure' | 'partial_success'
        created_at: string
        finished_at: string | null
        bucket: string
        embedding_model: string
        document_chunk_size: number
        document_chunk_overlap_size: number
        loader: string
        files_total: number
        files_done: number
        files_failed: number
        /**
         * Unchanged since they were embedded with the same settings.
         */
        files_skipped: number
        files_removed: number
        /**
         * Not a part of the contracts: an addition of this server.
         */
        progress: {
          /**
           * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
           */
          fraction: number
          /**
           * Slices, parts or files; null until all are known.
           */
          items_total: number | null
          items_done: number
          items_failed: number
          /**
           * Files that are unchanged or gone.
           */
          items_skipped: number
          /**
           * Of a task of video or sound: how much is embedded; null until it was looked at.
           */
          media_total_sec?: number | null
          media_done_sec?: number
          /**
           * Over the last ten items that were settled; null before the third and at the end.
           */
          items_per_sec: number | null
          /**
           * Until all items are settled, at that rate.
           */
          eta_sec: number | null
        }
        /**
         * Of a site that is crawled: where that begins.
         */
        url?: string
        pages?: {
          /**
           * Pages of the site that are known.
           */
          found: number
          /**
           * Asked for, without those that only lead to another page.
           */
          fetched: number
          /**
           * New or changed objects of the bucket.
           */
          stored: number
          unchanged: number
          /**
           * The same as another page, by content or by its own word.
           */
          duplicate: number
          redirected: number
          /**
           * Left out: robots.txt, noindex, types that are not read, traps.
           */
          skipped: number
          /**
           * Links to pages that are not there.
           */
          missing: number
          failed: number
        }
        /**
         * Of one task: the first 100 pages that could not be had.
         */
        failed_pages?: {
          url: string
          error_reason: string
          error_message: string
        }[]
        /**
         * unsupported_type: what the file is, is not read as a document; document_unreadable: the file is damaged, or nested too deep, or the server may not read it; document_encrypted: the file needs a password; document_too_large: the file, or what is packed in it, is larger than files of its type may be; no_text: the file holds no text; the pages of a PDF may be pictures; no_transcript: sound or video without a subtitle track; media_unreadable: the sound or video is damaged; request_invalid: the key cannot be used: it has more than 1,024 bytes; file_changed: the file was changed each time it was read; not_found: the bucket is not there any more; aborted: the embedding of the bucket was deleted; cancelled: the task was cancelled; model_unknown: the model of the task is not here any more; model_missing: files of the model are not here; model_damaged: files of the model are damaged; modality_unsupported: the model does not embed text; remote_refused: the service that embeds refused the text; remote_unavailable: the service that embeds does not answer; fetch_refused: the address is not one that this server fetches, or that its site lets it fetch; fetch_not_found: there is nothing at the address that could be stored; fetch_too_large: what is at the address is too large; fetch_failed: the address could not be fetched; decoder_stalled: the program that reads subtitles took too long; decoder_crashed: the program that reads subtitles crashed; child_crashed: the work on the file crashed its process, several times; child_hung: the work on the file took too long, several times; child_out_of_memory: the work on the file took too much memory, several times; compute_unavailable: no process could be started for the work; storage_unavailable: the storage did not work; disk_full: the disk of the server was full; interrupted: the server died too often while it worked on the file; internal: a mistake of this server; its log says more
         */
        error_reason?:
          | 'unsupported_type'
          | 'document_unreadable'
          | 'document_encrypted'
          | 'document_too_large'
          | 'no_text'
          | 'no_transcript'
          | 'media_unreadable'
          | 'request_invalid'
          | 'file_changed'
          | 'not_found'
          | 'aborted'
          | 'cancelled'
          | 'model_unknown'
          | 'model_missing'
          | 'model_damaged'
          | 'modality_unsupported'
          | 'remote_refused'
          | 'remote_unavailable'
          | 'fetch_refused'
          | 'fetch_not_found'
          | 'fetch_too_large'
          | 'fetch_failed'
          | 'decoder_stalled'
          | 'decoder_crashed'
          | 'child_crashed'
          | 'child_hung'
          | 'child_out_of_memory'
          | 'compute_unavailable'
          | 'storage_unavailable'
          | 'disk_full'
          | 'interrupted'
          | 'internal'
        error_message?: string
        model: {
          id: string
          revision: string
          precision?: string
          space?: string
          dimension?: number
        }
        /**
         * What a caller should know of a result that is otherwise fine.
         */
        warnings?: {
          code: string
          message: string
        }[]
        user_id: string
      }
    }
  }
  /**
   * List the buckets that are embedded
   */
  telnyxListBuckets: {
    answer: {
      data: {
        buckets: string[]
      }
    }
  }
  /**
   * Files of an embedded bucket, each with its state
   */
  telnyxRetrieveBucket: {
    path: {
      bucket_name: string
    }
    answer: {
      data: {
        filename: string
        status: 'queued' | 'processing' | 'success' | 'failure' | 'partial_success'
        created_at: string
        updated_at?: string
        last_embedded_at?: string
        /**
         * unsupported_type: what the file is, is not read as a document; document_unreadable: the file is damaged, or nested too deep, or the server may not read it; document_encrypted: the file needs a password; document_too_large: the file, or what is packed in it, is larger than files of its type may be; no_text: the file holds no text; the pages of a PDF may be pictures; no_transcript: sound or video without a subtitle track; media_unreadable: the sound or video is damaged; request_invalid: the key cannot be used: it has more than 1,024 bytes; file_changed: the file was changed each time it was read; not_found: the bucket is not there any more; aborted: the embedding of the bucket was deleted; cancelled: the task was cancelled; model_unknown: the model of the task is not here any more; model_missing: files of the model are not here; model_damaged: files of the model are damaged; modality_unsupported: the model does not embed text; remote_refused: the service that embeds refused the text; remote_unavailable: the service that embeds does not answer; fetch_refused: the address is not one that this server fetches, or that its site lets it fetch; fetch_not_found: there is nothing at the address that could be stored; fetch_too_large: what is at the address is too large; fetch_failed: the address could not be fetched; decoder_stalled: the program that reads subtitles took too long; decoder_crashed: the program that reads subtitles crashed; child_crashed: the work on the file crashed its process, several times; child_hung: the work on the file took too long, several times; child_out_of_memory: the work on the file took too much memory, several times; compute_unavailable: no process could be started for the work; storage_unavailable: the storage did not work; disk_full: the disk of the server was full; interrupted: the server died too often while it worked on the file; internal: a mistake of this server; its log says more
         */
        error_reason?:
          | 'unsupported_type'
          | 'document_unreadable'
          | 'document_encrypted'
          | 'document_too_large'
          | 'no_text'
          | 'no_transcript'
          | 'media_unreadable'
          | 'request_invalid'
          | 'file_changed'
          | 'not_found'
          | 'aborted'
          | 'cancelled'
          | 'model_unknown'
          | 'model_missing'
          | 'model_damaged'
          | 'modality_unsupported'
          | 'remote_refused'
          | 'remote_unavailable'
          | 'fetch_refused'
          | 'fetch_not_found'
          | 'fetch_too_large'
          | 'fetch_failed'
          | 'decoder_stalled'
          | 'decoder_crashed'
          | 'child_crashed'
          | 'child_hung'
          | 'child_out_of_memory'
          | 'compute_unavailable'
          | 'storage_unavailable'
          | 'disk_full'
          | 'interrupted'
          | 'internal'
        error_message?: string
        size_bytes: number
        chunks: number
        /**
         * MD5 of what is embedded, hex.
         */
        checksum?: string
      }[]
    }
  }
  /**
   * Forget what is embedded of a bucket; its objects stay
   */
  telnyxDeleteBucket: {
    path: {
      bucket_name: string
    }
    answer: undefined
  }
  /**
   * Embed texts at once, as the OpenAI client asks for it
   */
  telnyxEmbed: {
    body: {
      input: string | string[]
      model: string
      encoding_format?: ('float' | 'base64') | null
      dimensions?: number | null
    }
    answer: {
      object: 'list'
      data: {
        object: 'embedding'
        index: number
        embedding: number[] | string
      }[]
      model: string
      usage: {
        /**
         * Words and punctuation marks, as the built-in model counts.
         */
        prompt_tokens: number
        total_tokens: number
      }
      space: string
      /**
       * What a caller should know of a result that is otherwise fine.
       */
      warnings?: {
        code: string
        message: string
      }[]
    }
  }
  /**
   * Names of models that may be sent
   */
  telnyxListModels: {
    answer: {
      object: 'list'
      data: {
        id: string
        object: 'model'
        created: number
        owned_by: string
      }[]
    }
  }
  /**
   * The same, where the OpenAI client looks for it
   */
  telnyxListModelsOfOpenai: {
    answer: {
      object: 'list'
      data: {
        id: string
        object: 'model'
        created: number
        owned_by: string
      }[]
    }
  }
  /**
   * Embed texts at once
   */
  openaiCreateEmbeddings: {
    body: {
      input: string | string[] | number[] | number[][]
      model: string
      encoding_format?: ('float' | 'base64') | null
      dimensions?: number | null
    }
    answer: {
      object: 'list'
      data: {
        object: 'embedding'
        index: number
        embedding: number[] | string
      }[]
      model: string
      usage: {
        prompt_tokens: number
        total_tokens: number
      }
      /**
       * Vectors of one space may be compared.
       */
      space: string
    }
  }
  /**
   * Names of models that may be sent
   */
  openaiListModels: {
    answer: {
      object: 'list'
      data: {
        id: string
        object: 'model'
        created: number
        owned_by: string
        embedded_by: string
        precision: string
        space: string
        dimension: number
      }[]
    }
  }
  /**
   * What a name of a model means
   */
  openaiRetrieveModel: {
    path: {
      model: string
    }
    answer: {
      id: string
      object: 'model'
      created: number
      owned_by: string
      embedded_by: string
      precision: string
      space: string
      dimension: number
    }
  }
  /**
   * List files
   */
  openaiListFiles: {
    query?: {
      limit?: number
      after?: string | null
      order?: ('asc' | 'desc') | null
      purpose?: string | null
    }
    answer: {
      object: 'list'
      data: {
        id: string
        object: 'file'
        bytes: number
        created_at: number
        expires_at: number
        filename: string
        purpose: 'batch' | 'batch_output'
        status: 'processed'
      }[]
      first_id: string | null
      last_id: string | null
      has_more: boolean
    }
  }
  /**
   * Upload a file of requests for a batch, one JSON a line
   */
  openaiCreateFile: {
    body: {
      purpose: 'batch'
      expires_after?: {
        anchor: 'created_at'
        seconds: number
      } | null
      file: Blob | Uint8Array<ArrayBuffer> | string
    }
    answer: {
      id: string
      object: 'file'
      bytes: number
      created_at: number
      expires_at: number
      filename: string
      purpose: 'batch' | 'batch_output'
      status: 'processed'
    }
  }
  /**
   * What is known of a file
   */
  openaiRetrieveFile: {
    path: {
      id: string
    }
    answer: {
      id: string
      object: 'file'
      bytes: number
      created_at: number
      expires_at: number
      filename: string
      purpose: 'batch' | 'batch_output'
      status: 'processed'
    }
  }
  /**
   * Delete a file; a batch of it goes on
   */
  openaiDeleteFile: {
    path: {
      id: string
    }
    answer: {
      id: string
      object: 'file'
      deleted: true
    }
  }
  /**
   * The bytes of a file
   */
  openaiGetFileContent: {
    path: {
      id: string
    }
    answer: Response
  }
  /**
   * List batches, newest first
   */
  openaiListBatches: {
    query?: {
      limit?: number
      after?: string | null
    }
    answer: {
      object: 'list'
      data: {
        id: string
        object: 'batch'
        endpoint: '/v1/embeddings'
        model: string | null
        errors: {
          data: {
            code: string
            message: string
            param: string | null
            line: number | null
          }[]
        } | null
        input_file_id: string
        completion_window: '24h'
        status:
          | 'validating'
          | 'failed'
          | 'in_progress'
          | 'finalizing'
          | 'completed'
          | 'expired'
          | 'cancelling'
          | 'cancelled'
        output_file_id: string | null
        error_file_id: string | null
        created_at: number
        /**
         * Seconds since 1970.
         */
        in_progress_at: number | null
        /**
         * Seconds since 1970.
         */
        expires_at: number | null
        /**
         * Seconds since 1970.
         */
        finalizing_at: number | null
        /**
         * Seconds since 1970.
         */
        completed_at: number | null
        /**
         * Seconds since 1970.
         */
        failed_at: number | null
        /**
         * Seconds since 1970.
         */
        expired_at: number | null
        /**
         * Seconds since 1970.
         */
        cancelling_at: number | null
        /**
         * Seconds since 1970.
         */
        cancelled_at: number | null
        request_counts: {
          total: number
          completed: number
          failed: number
        }
        metadata: {
          [k: string]: string
        } | null
      }[]
      first_id: string | null
      last_id: string | null
      has_more: boolean
    }
  }
  /**
   * Embed the texts of all requests of a file
   */
  openaiCreateBatch: {
    body: {
      input_file_id: string
      endpoint: '/v1/embeddings'
      completion_window: '24h'
      metadata?: {
        [k: string]: string
      } | null
      output_expires_after?: {
        anchor: 'created_at'
        seconds: number
      } | null
    }
    answer: {
      id: string
      object: 'batch'
      endpoint: '/v1/embeddings'
      model: string | null
      errors: {
        data: {
          code: string
          message: string
          param: string | null
          line: number | null
        }[]
      } | null
      input_file_id: string
      completion_window: '24h'
      status:
        | 'validating'
        | 'failed'
        | 'in_progress'
        | 'finalizing'
        | 'completed'
        | 'expired'
        | 'cancelling'
        | 'cancelled'
      output_file_id: string | null
      error_file_id: string | null
      created_at: number
      /**
       * Seconds since 1970.
       */
      in_progress_at: number | null
      /**
       * Seconds since 1970.
       */
      expires_at: number | null
      /**
       * Seconds since 1970.
       */
      finalizing_at: number | null
      /**
       * Seconds since 1970.
       */
      completed_at: number | null
      /**
       * Seconds since 1970.
       */
      failed_at: number | null
      /**
       * Seconds since 1970.
       */
      expired_at: number | null
      /**
       * Seconds since 1970.
       */
      cancelling_at: number | null
      /**
       * Seconds since 1970.
       */
      cancelled_at: number | null
      request_counts: {
        total: number
        completed: number
        failed: number
      }
      metadata: {
        [k: string]: string
      } | null
    }
  }
  /**
   * How far a batch is
   */
  openaiRetrieveBatch: {
    path: {
      id: string
    }
    answer: {
      id: string
      object: 'batch'
      endpoint: '/v1/embeddings'
      model: string | null
      errors: {
        data: {
          code: string
          message: string
          param: string | null
          line: number | null
        }[]
      } | null
      input_file_id: string
      completion_window: '24h'
      status:
        | 'validating'
        | 'failed'
        | 'in_progress'
        | 'finalizing'
        | 'completed'
        | 'expired'
        | 'cancelling'
        | 'cancelled'
      output_file_id: string | null
      error_file_id: string | null
      created_at: number
      /**
       * Seconds since 1970.
       */
      in_progress_at: number | null
      /**
       * Seconds since 1970.
       */
      expires_at: number | null
      /**
       * Seconds since 1970.
       */
      finalizing_at: number | null
      /**
       * Seconds since 1970.
       */
      completed_at: number | null
      /**
       * Seconds since 1970.
       */
      failed_at: number | null
      /**
       * Seconds since 1970.
       */
      expired_at: number | null
      /**
       * Seconds since 1970.
       */
      cancelling_at: number | null
      /**
       * Seconds since 1970.
       */
      cancelled_at: number | null
      request_counts: {
        total: number
        completed: number
        failed: number
      }
      metadata: {
        [k: string]: string
      } | null
    }
  }
  /**
   * Stop a batch; what is done stays
   */
  openaiCancelBatch: {
    path: {
      id: string
    }
    answer: {
      id: string
      object: 'batch'
      endpoint: '/v1/embeddings'
      model: string | null
      errors: {
        data: {
          code: string
          message: string
          param: string | null
          line: number | null
        }[]
      } | null
      input_file_id: string
      completion_window: '24h'
      status:
        | 'validating'
        | 'failed'
        | 'in_progress'
        | 'finalizing'
        | 'completed'
        | 'expired'
        | 'cancelling'
        | 'cancelled'
      output_file_id: string | null
      error_file_id: string | null
      created_at: number
      /**
       * Seconds since 1970.
       */
      in_progress_at: number | null
      /**
       * Seconds since 1970.
       */
      expires_at: number | null
      /**
       * Seconds since 1970.
       */
      finalizing_at: number | null
      /**
       * Seconds since 1970.
       */
      completed_at: number | null
      /**
       * Seconds since 1970.
       */
      failed_at: number | null
      /**
       * Seconds since 1970.
       */
      expired_at: number | null
      /**
       * Seconds since 1970.
       */
      cancelling_at: number | null
      /**
       * Seconds since 1970.
       */
      cancelled_at: number | null
      request_counts: {
        total: number
        completed: number
        failed: number
      }
      metadata: {
        [k: string]: string
      } | null
    }
  }
  /**
   * Names of the buckets of this account
   */
  listBuckets: {
    answer: {
      buckets: string[]
    }
  }
  /**
   * Make an empty bucket, if there is none of that name
   */
  createBucket: {
    path: {
      bucket: string
    }
    answer: {
      bucket: string
    }
  }
  /**
   * Objects of a bucket, in the order of the bytes of their keys
   */
  listObjects: {
    path: {
      bucket: string
    }
    query?: {
      /**
       * Only keys that come after this one.
       */
      after?: string
      limit?: number
    }
    answer: {
      objects: {
        key: string
        size_bytes: number
        modified_at: string
        /**
         * Another one when the content may have changed.
         */
        change_token: string
      }[]
      next_after?: string
    }
  }
  /**
   * The bytes of an object, or a range of them; slashes of its key are slashes of the path
   */
  getObject: {
    path: {
      bucket: string
      key: string
    }
    headers?: {
      /**
       * One range, as `bytes=0-1023`, `bytes=1024-`, `bytes=-512`.
       */
      Range?: string
      /**
       * The ETag: of another version all bytes are sent.
       */
      'If-Range'?: string
    }
    answer: Response
  }
  /**
   * Write an object as a whole
   */
  putObject: {
    path: {
      bucket: string
      key: string
    }
    body: Blob | Uint8Array<ArrayBuffer> | string
    answer: {
      key: string
      size_bytes: number
      modified_at: string
      /**
       * Another one when the content may have changed.
       */
      change_token: string
    }
  }
  /**
   * Remove an object
   */
  deleteObject: {
    path: {
      bucket: string
      key: string
    }
    answer: undefined
  }
  /**
   * Make a task of media
   */
  createTask: {
    body:
      | {
          input: 'video'
          /**
           * What the caller calls it: the same entry again within a day gets the same task.
           */
          client_ref?: string
          /**
           * The name of a model; the default one without it.
           */
          model?: string
          source: {
            asset_id?: string
            url?: string
          }
          dimension?: number
          uncertainty?: boolean
          start_sec?: number
          end_sec?: number
          /**
           * @minItems 1
           */
          scopes?: ('clip' | 'asset')[]
          /**
           * One vector per modality.
           */
          separate?: boolean
          /**
           * One vector made of all modalities.
           */
          fused?: boolean
          /**
           * @minItems 1
           */
          modalities?: ('visual' | 'audio' | 'transcription')[]
          segmentation?:
            | {
                strategy: 'fixed'
                duration_sec: number
              }
            | {
                strategy: 'dynamic'
                min_duration_sec: number
              }
        }
      | {
          input: 'audio'
          /**
           * What the caller calls it: the same entry again within a day gets the same task.
           */
          client_ref?: string
          /**
           * The name of a model; the default one without it.
           */
          model?: string
          source: {
            asset_id?: string
            url?: string
          }
          dimension?: number
          uncertainty?: boolean
          start_sec?: number
          end_sec?: number
          /**
           * @minItems 1
           */
          scopes?: ('clip' | 'asset')[]
          /**
           * One vector per modality.
           */
          separate?: boolean
          /**
           * One vector made of all modalities.
           */
          fused?: boolean
          /**
           * @minItems 1
           */
          modalities?: ('audio' | 'transcription')[]
          segmentation?: {
            strategy: 'fixed'
            duration_sec: number
          }
        }
      | {
          input: 'image'
          /**
           * What the caller calls it: the same entry again within a day gets the same task.
           */
          client_ref?: string
          /**
           * The name of a model; the default one without it.
           */
          model?: string
          source: {
            asset_id?: string
            url?: string
          }
          dimension?: number
          uncertainty?: boolean
        }
      | {
          input: 'document'
          /**
           * What the caller calls it: the same entry again within a day gets the same task.
           */
          client_ref?: string
          /**
           * The name of a model; the default one without it.
           */
          model?: string
          source: {
            asset_id?: string
            url?: string
          }
          dimension?: number
          uncertainty?: boolean
          /**
           * @minItems 1
           */
          modalities?: ('visual' | 'text')[]
          /**
           * @minItems 1
           */
          scopes?: ('part' | 'asset')[]
          pages?: 'whole' | 'quadrants'
          chunks?: {
            sentences: number
            overlap?: number
          }
        }
    answer: undefined
  }
  /**
   * Tasks of media and of buckets, newest first
   */
  listTasks: {
    query?: {
      /**
       * One of queued, processing, ready, partial, failed, cancelled, or several with commas between them.
       */
      state?: string
      kind?: 'media' | 'bucket' | 'batch'
      /**
       * Any name of the model, or its id.
       */
      model?: string
      bucket?: string
      /**
       * Not at this time, later.
       */
      created_after?: string
      /**
       * Not at this time, earlier.
       */
      created_before?: string
      /**
       * `next_after` of the page before.
       */
      after?: string
      limit?: number
    }
    answer: {
      tasks: {
        id: string
        kind: 'media' | 'bucket' | 'batch'
        state: 'queued' | 'processing' | 'ready' | 'partial' | 'failed' | 'cancelled'
        /**
         * A pause keeps it from going on: see `/pauses`.
         */
        is_paused?: true
        model: {
          id: string
          revision: string
          /**
           * The word that the caller sent.
           */
          name: string
        }
        input: {
          type: 'video' | 'audio' | 'image' | 'document' | 'bucket' | 'site' | 'batch'
          asset_id?: string
          filename?: string
          url?: string
          bucket?: string
          duration_sec?: number
          page_count?: number
        }
        /**
         * Not a part of the contracts: an addition of this server.
         */
        progress: {
          /**
           * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
           */
          fraction: number
          /**
           * Slices, parts or files; null until all are known.
           */
          items_total: number | null
          items_done: number
          items_failed: number
          /**
           * Files that are unchanged or gone.
           */
          items_skipped: number
          /**
           * Of a task of video or sound: how much is embedded; null until it was looked at.
           */
          media_total_sec?: number | null
          media_done_sec?: number
          /**
           * Over the last ten items that were settled; null before the third and at the end.
           */
          items_per_sec: number | null
          /**
           * Until all items are settled, at that rate.
           */
          eta_sec: number | null
        }
        /**
         * The task from which the vectors were taken; nothing was embedded anew.
         */
        reused_from?: string
        warnings: {
          code: string
          message: string
        }[]
        error?: {
          code: string
          message: string
        }
        created_at: string
        updated_at: string
        finished_at?: string
        /**
         * When it goes with its vectors.
         */
        expires_at: string
      }[]
      next_after?: string
    }
  }
  /**
   * Make up to 1,000 tasks of media; each is taken or refused by itself
   */
  createTasks: {
    body: {
      /**
       * @minItems 1
       * @maxItems 1000
       */
      tasks: (
        | {
            input: 'video'
            /**
             * What the caller calls it: the same entry again within a day gets the same task.
             */
            client_ref?: string
            /**
             * The name of a model; the default one without it.
             */
            model?: string
            source: {
              asset_id?: string
              url?: string
            }
            dimension?: number
            uncertainty?: boolean
            start_sec?: number
            end_sec?: number
            /**
             * @minItems 1
             */
            scopes?: ('clip' | 'asset')[]
            /**
             * One vector per modality.
             */
            separate?: boolean
            /**
             * One vector made of all modalities.
             */
            fused?: boolean
            /**
             * @minItems 1
             */
            modalities?: ('visual' | 'audio' | 'transcription')[]
            segmentation?:
              | {
                  strategy: 'fixed'
                  duration_sec: number
                }
              | {
                  strategy: 'dynamic'
                  min_duration_sec: number
                }
          }
        | {
            input: 'audio'
            /**
             * What the caller calls it: the same entry again within a day gets the same task.
             */
            client_ref?: string
            /**
             * The name of a model; the default one without it.
             */
            model?: string
            source: {
              asset_id?: string
              url?: string
            }
            dimension?: number
            uncertainty?: boolean
            start_sec?: number
            end_sec?: number
            /**
             * @minItems 1
             */
            scopes?: ('clip' | 'asset')[]
            /**
             * One vector per modality.
             */
            separate?: boolean
            /**
             * One vector made of all modalities.
             */
            fused?: boolean
            /**
             * @minItems 1
             */
            modalities?: ('audio' | 'transcription')[]
            segmentation?: {
              strategy: 'fixed'
              duration_sec: number
            }
          }
        | {
            input: 'image'
            /**
             * What the caller calls it: the same entry again within a day gets the same task.
             */
            client_ref?: string
            /**
             * The name of a model; the default one without it.
             */
            model?: string
            source: {
              asset_id?: string
              url?: string
            }
            dimension?: number
            uncertainty?: boolean
          }
        | {
            input: 'document'
            /**
             * What the caller calls it: the same entry again within a day gets the same task.
             */
            client_ref?: string
            /**
             * The name of a model; the default one without it.
             */
            model?: string
            source: {
              asset_id?: string
              url?: string
            }
            dimension?: number
            uncertainty?: boolean
            /**
             * @minItems 1
             */
            modalities?: ('visual' | 'text')[]
            /**
             * @minItems 1
             */
            scopes?: ('part' | 'asset')[]
            pages?: 'whole' | 'quadrants'
            chunks?: {
              sentences: number
              overlap?: number
            }
          }
      )[]
    }
    answer: {
      created: number
      existing: number
      refused: number
      results: {
        /**
         * Of the entry in the request, from 0.
         */
        index: number
        client_ref?: string
        status: 'created' | 'existing' | 'refused'
        /**
         * Null for a task that was made before and is gone since.
         */
        task?: {
          id: string
          kind: 'media' | 'bucket' | 'batch'
          state: 'queued' | 'processing' | 'ready' | 'partial' | 'failed' | 'cancelled'
          /**
           * A pause keeps it from going on: see `/pauses`.
           */
          is_paused?: true
          model: {
            id: string
            revision: string
            /**
             * The word that the caller sent.
             */
            name: string
          }
          input: {
            type: 'video' | 'audio' | 'image' | 'document' | 'bucket' | 'site' | 'batch'
            asset_id?: string
            filename?: string
            url?: string
            bucket?: string
            duration_sec?: number
            page_count?: number
          }
          /**
           * Not a part of the contracts: an addition of this server.
           */
          progress: {
            /**
             * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
             */
            fraction: number
            /**
             * Slices, parts or files; null until all are known.
             */
            items_total: number | null
            items_done: number
            items_failed: number
            /**
             * Files that are unchanged or gone.
             */
            items_skipped: number
            /**
             * Of a task of video or sound: how much is embedded; null until it was looked at.
             */
            media_total_sec?: number | null
            media_done_sec?: number
            /**
             * Over the last ten items that were settled; null before the third and at the end.
             */
            items_per_sec: number | null
            /**
             * Until all items are settled, at that rate.
             */
            eta_sec: number | null
          }
          /**
           * The task from which the vectors were taken; nothing was embedded anew.
           */
          reused_from?: string
          warnings: {
            code: string
            message: string
          }[]
          error?: {
            code: string
            message: string
          }
          created_at: string
          updated_at: string
          finished_at?: string
          /**
           * When it goes with its vectors.
           */
          expires_at: string
        } | null
        error?: {
          status: number
          code: string
          detail: string
          field?: string
        }
      }[]
    }
  }
  /**
   * The bytes of an asset, or a range of them
   */
  getAssetContent: {
    path: {
      id: string
    }
    headers?: {
      /**
       * One range, as `bytes=0-1023`, `bytes=1024-`, `bytes=-512`.
       */
      Range?: string
      /**
       * The ETag: of another version all bytes are sent.
       */
      'If-Range'?: string
    }
    answer: Response
  }
  /**
   * A small picture of a video or a picture, as JPEG or WebP
   */
  getThumbnail: {
    path: {
      id: string
    }
    query?: {
      /**
       * Seconds; a tenth into the video unless said.
       */
      at?: number
      /**
       * Pixels at most.
       */
      width?: number
      format?: 'jpeg' | 'webp'
    }
    answer: Response
  }
  /**
   * The outline of the sound of an asset
   */
  getWaveform: {
    path: {
      id: string
    }
    query?: {
      points?: number
    }
    answer: {
      duration_sec: number
      /**
       * Lowest sample of each of so many equal stretches, -1..1, mono.
       */
      min: number[]
      /**
       * Highest sample of each.
       */
      max: number[]
    }
  }
  /**
   * Models of this server, and those that it could pull
   */
  listModels: {
    answer: {
      models: {
        id: string
        state: 'ready' | 'missing' | 'damaged' | 'unusable'
        /**
         * It is the default model, or an alias means it.
         */
        in_use: boolean
        /**
         * Why it cannot be used now, and what to do.
         */
        problem?: string
        revision?: string
        precision?: string
        spaces?: {}
        caveat?: string
        repository?: string
        commit?: string
        licence?: string
        files?: {
          size_bytes: number
          precisions: {
            [k: string]: ('fp32' | 'q8' | 'q4')[]
          }
          faults: {
            file: string
            kind: string
            message: string
          }[]
        }
        /**
         * What a precision takes, by counting parameters.
         */
        estimated_bytes?: {
          [k: string]: number
        }
      }[]
    }
  }
  /**
   * Begin to pull a model (the operator only); the same pull that runs already is answered again
   */
  pullModel: {
    body: {
      model: string
      /**
       * One of fp32, q8, q4, or one for a session, as in `q8,vision_encoder=fp32` (sessions: model, vision_encoder, audio_encoder).
       */
      precision?: string | null
    }
    answer: {
      id: string
      model: string
      precision: string
      state: 'running' | 'done' | 'failed' | 'stopped'
      phase: 'waiting' | 'listing' | 'checking' | 'fetching' | 'finishing'
      /**
       * Of those needed, what is here.
       */
      done_bytes: number
      /**
       * 0 until the hub has listed the files.
       */
      total_bytes: number
      file?: string
      /**
       * Of the last seconds.
       */
      bytes_per_sec?: number
      /**
       * Why it waits before it tries again.
       */
      setback?: string
      error?: {
        code: string
        message: string
      }
      started_at: string
      ended_at?: string
    }
  }
  /**
   * How far a pull is (the operator only)
   */
  getPull: {
    path: {
      pull: string
    }
    answer: {
      id: string
      model: string
      precision: string
      state: 'running' | 'done' | 'failed' | 'stopped'
      phase: 'waiting' | 'listing' | 'checking' | 'fetching' | 'finishing'
      /**
       * Of those needed, what is here.
       */
      done_bytes: number
      /**
       * 0 until the hub has listed the files.
       */
      total_bytes: number
      file?: string
      /**
       * Of the last seconds.
       */
      bytes_per_sec?: number
      /**
       * Why it waits before it tries again.
       */
      setback?: string
      error?: {
        code: string
        message: string
      }
      started_at: string
      ended_at?: string
    }
  }
  /**
   * Stop a pull (the operator only); what was fetched stays for the next one
   */
  stopPull: {
    path: {
      pull: string
    }
    answer: {
      id: string
      model: string
      precision: string
      state: 'running' | 'done' | 'failed' | 'stopped'
      phase: 'waiting' | 'listing' | 'checking' | 'fetching' | 'finishing'
      /**
       * Of those needed, what is here.
       */
      done_bytes: number
      /**
       * 0 until the hub has listed the files.
       */
      total_bytes: number
      file?: string
      /**
       * Of the last seconds.
       */
      bytes_per_sec?: number
      /**
       * Why it waits before it tries again.
       */
      setback?: string
      error?: {
        code: string
        message: string
      }
      started_at: string
      ended_at?: string
    }
  }
  /**
   * Remove the files of a model (the operator only)
   */
  removeModel: {
    path: {
      model: string
    }
    query?: {
      /**
       * Also when the server works with it.
       */
      force?: boolean
      /**
       * Its pinned hashes go too.
       */
      forget?: boolean
    }
    answer: undefined
  }
  /**
   * Keys of the account, without their secrets (scope keys)
   */
  listKeys: {
    query?: {
      /**
       * Name or id; only the operator names another one.
       */
      account?: string
      /**
       * The id of the last key of the page before.
       */
      after?: string
      limit?: number
    }
    answer: {
      keys: {
        id: string
        name: string
        account_id: string
        /**
         * config: the operator lists it, and it is valid while listed.
         */
        source: 'config' | 'made'
        /**
         * How the secret begins. The secret itself is not kept, its SHA-256 is.
         */
        hint?: string
        scopes: ('read' | 'write' | 'keys' | 'admin')[]
        state: 'active' | 'expired' | 'revoked'
        requests_per_minute?: number
        /**
         * The id of the key that made it.
         */
        created_by?: string
        created_at: string
        expires_at?: string
        revoked_at?: string
        /**
         * To the minute.
         */
        last_used_at?: string
      }[]
      next_after?: string
    }
  }
  /**
   * Make a key (scope keys); its secret is in this answer only
   */
  createKey: {
    body: {
      name: string
      /**
       * read: sees what the account has, searches it, and embeds at once; write: creates, changes and removes tasks, assets, buckets and uploads; keys: makes, changes and revokes keys of its account, none that may do more than itself; admin: does everything, for every account, as the key in admin.key does
       *
       * @minItems 1
       */
      scopes?: ('read' | 'write' | 'keys' | 'admin')[]
      expires_at?: string | null
      requests_per_minute?: number | null
      /**
       * Name or id of another account; only the operator names one.
       */
      account?: string
    }
    answer: {
      id: string
      name: string
      account_id: string
      /**
       * config: the operator lists it, and it is valid while listed.
       */
      source: 'config' | 'made'
      /**
       * How the secret begins. The secret itself is not kept, its SHA-256 is.
       */
      hint?: string
      scopes: ('read' | 'write' | 'keys' | 'admin')[]
      state: 'active' | 'expired' | 'revoked'
      requests_per_minute?: number
      /**
       * The id of the key that made it.
       */
      created_by?: string
      created_at: string
      expires_at?: string
      revoked_at?: string
      /**
       * To the minute.
       */
      last_used_at?: string
      /**
       * The secret, told this once.
       */
      key: string
    }
  }
  /**
   * A key (scope keys)
   */
  getKey: {
    path: {
      id: string
    }
    answer: {
      id: string
      name: string
      account_id: string
      /**
       * config: the operator lists it, and it is valid while listed.
       */
      source: 'config' | 'made'
      /**
       * How the secret begins. The secret itself is not kept, its SHA-256 is.
       */
      hint?: string
      scopes: ('read' | 'write' | 'keys' | 'admin')[]
      state: 'active' | 'expired' | 'revoked'
      requests_per_minute?: number
      /**
       * The id of the key that made it.
       */
      created_by?: string
      created_at: string
      expires_at?: string
      revoked_at?: string
      /**
       * To the minute.
       */
      last_used_at?: string
    }
  }
  /**
   * Change a key (scope keys)
   */
  changeKey: {
    path: {
      id: string
    }
    body: {
      name?: string
      /**
       * read: sees what the account has, searches it, and embeds at once; write: creates, changes and removes tasks, assets, buckets and uploads; keys: makes, changes and revokes keys of its account, none that may do more than itself; admin: does everything, for every account, as the key in admin.key does
       *
       * @minItems 1
       */
      scopes?: ('read' | 'write' | 'keys' | 'admin')[]
      expires_at?: string | null
      requests_per_minute?: number | null
    }
    answer: {
      id: string
      name: string
      account_id: string
      /**
       * config: the operator lists it, and it is valid while listed.
       */
      source: 'config' | 'made'
      /**
       * How the secret begins. The secret itself is not kept, its SHA-256 is.
       */
      hint?: string
      scopes: ('read' | 'write' | 'keys' | 'admin')[]
      state: 'active' | 'expired' | 'revoked'
      requests_per_minute?: number
      /**
       * The id of the key that made it.
       */
      created_by?: string
      created_at: string
      expires_at?: string
      revoked_at?: string
      /**
       * To the minute.
       */
      last_used_at?: string
    }
  }
  /**
   * Revoke a key, at once and for good (scope keys)
   */
  revokeKey: {
    path: {
      id: string
    }
    answer: undefined
  }
  /**
   * Give a key another secret; the one before it is taken for a while more (scope keys)
   */
  rotateKey: {
    path: {
      id: string
    }
    body: {
      /**
       * So long the secrets before this one are taken too; 0: not at all.
       */
      overlap_sec?: number
    }
    answer: {
      id: string
      name: string
      account_id: string
      /**
       * config: the operator lists it, and it is valid while listed.
       */
      source: 'config' | 'made'
      /**
       * How the secret begins. The secret itself is not kept, its SHA-256 is.
       */
      hint?: string
      scopes: ('read' | 'write' | 'keys' | 'admin')[]
      state: 'active' | 'expired' | 'revoked'
      requests_per_minute?: number
      /**
       * The id of the key that made it.
       */
      created_by?: string
      created_at: string
      expires_at?: string
      revoked_at?: string
      /**
       * To the minute.
       */
      last_used_at?: string
      /**
       * The secret, told this once.
       */
      key: string
      /**
       * Until then secrets that were replaced are taken too; absent: none is.
       */
      old_until?: string
    }
  }
  /**
   * All accounts (the operator only)
   */
  listAccounts: {
    query?: {
      /**
       * The id of the last account of the page before.
       */
      after?: string
      limit?: number
    }
    answer: {
      accounts: {
        id: string
        name: string
        quotas: {
          [k: string]: number | null
        }
        stored_bytes: number
        created_at: string
      }[]
      next_after?: string
    }
  }
  /**
   * Make an account (the operator only); its first key is made by POST /keys with `account`
   */
  createAccount: {
    body: {
      /**
       * Unique; the name of its folder where each account has one.
       */
      name: string
      /**
       * What is not named stays; null takes a quota away.
       */
      quotas?: {
        /**
         * tasks per day; null: not limited.
         */
        tasks_per_day?: number | null
        /**
         * seconds of media per day; null: not limited.
         */
        media_sec_per_day?: number | null
        /**
         * tokens of text per day; null: not limited.
         */
        tokens_per_day?: number | null
        /**
         * stored bytes; null: not limited.
         */
        stored_bytes?: number | null
      }
    }
    answer: {
      id: string
      name: string
      quotas: {
        [k: string]: number | null
      }
      stored_bytes: number
      created_at: string
    }
  }
  /**
   * An account, by id or name (the operator only)
   */
  getAccount: {
    path: {
      account: string
    }
    answer: {
      id: string
      name: string
      quotas: {
        [k: string]: number | null
      }
      stored_bytes: number
      created_at: string
    }
  }
  /**
   * Change the quotas of an account (the operator only)
   */
  changeAccount: {
    path: {
      account: string
    }
    body: {
      /**
       * What is not named stays; null takes a quota away.
       */
      quotas: {
        /**
         * tasks per day; null: not limited.
         */
        tasks_per_day?: number | null
        /**
         * seconds of media per day; null: not limited.
         */
        media_sec_per_day?: number | null
        /**
         * tokens of text per day; null: not limited.
         */
        tokens_per_day?: number | null
        /**
         * stored bytes; null: not limited.
         */
        stored_bytes?: number | null
      }
    }
    answer: {
      id: string
      name: string
      quotas: {
        [k: string]: number | null
      }
      stored_bytes: number
      created_at: string
    }
  }
  /**
   * What the account has used, day by day (UTC)
   */
  getUsage: {
    query?: {
      /**
       * The first day, UTC; 29 days before `to` unless said.
       */
      from?: string
      /**
       * The last day; today unless said.
       */
      to?: string
      /**
       * Name or id, or `*` for all; only the operator names another one.
       */
      account?: string
      by?: 'account' | 'key'
    }
    answer: {
      from: string
      to: string
      usage: {
        date: string
        account_id: string
        /**
         * With `by=key`; null where no key is known.
         */
        key_id?: string | null
        /**
         * That were created.
         */
        tasks: number
        /**
         * Slices, parts and documents that were done.
         */
        items: number
        /**
         * Of video and sound that was embedded.
         */
        media_sec: number
        /**
         * Of text that was embedded, as the limit on text counts them.
         */
        tokens: number
        /**
         * That came in: uploads, inputs, what was fetched, objects of buckets.
         */
        bytes: number
      }[]
      total: {
        /**
         * That were created.
         */
        tasks: number
        /**
         * Slices, parts and documents that were done.
         */
        items: number
        /**
         * Of video and sound that was embedded.
         */
        media_sec: number
        /**
         * Of text that was embedded, as the limit on text counts them.
         */
        tokens: number
        /**
         * That came in: uploads, inputs, what was fetched, objects of buckets.
         */
        bytes: number
      }
    }
  }
  /**
   * Every bound of this server, and how far the caller is with what is counted
   */
  getLimits: {
    answer: {
      /**
       * By the names that refusals tell.
       */
      limits: {
        [k: string]: {
          /**
           * null: not limited.
           */
          value: number | null
          unit: string
          meaning: string
        }
      }
      /**
       * Of this key.
       */
      rates: {
        [k: string]: {
          /**
           * null: not limited.
           */
          limit: number | null
          used: number
          remaining: number | null
          /**
           * When it is counted from 0 again.
           */
          resets_at?: string
        }
      }
      /**
       * Of the account.
       */
      quotas: {
        [k: string]: {
          unit: string
          /**
           * null: not limited.
           */
          limit: number | null
          used: number
          remaining: number | null
          /**
           * When it is counted from 0 again.
           */
          resets_at?: string
        }
      }
      account: {
        id: string
        name: string
      }
      key?: {
        id: string
        scopes: ('read' | 'write' | 'keys' | 'admin')[]
      }
    }
  }
  /**
   * A task, of media or of a bucket; `wait` for its end
   */
  getTask: {
    path: {
      id: string
    }
    query?: {
      /**
       * Seconds: the answer comes when the task has ended, at the latest after so long.
       */
      wait?: number
    }
    answer: {
      id: string
      kind: 'media' | 'bucket' | 'batch'
      state: 'queued' | 'processing' | 'ready' | 'partial' | 'failed' | 'cancelled'
      /**
       * A pause keeps it from going on: see `/pauses`.
       */
      is_paused?: true
      model: {
        id: string
        revision: string
        /**
         * The word that the caller sent.
         */
        name: string
      }
      input: {
        type: 'video' | 'audio' | 'image' | 'document' | 'bucket' | 'site' | 'batch'
        asset_id?: string
        filename?: string
        url?: string
        bucket?: string
        duration_sec?: number
        page_count?: number
      }
      /**
       * Not a part of the contracts: an addition of this server.
       */
      progress: {
        /**
         * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
         */
        fraction: number
        /**
         * Slices, parts or files; null until all are known.
         */
        items_total: number | null
        items_done: number
        items_failed: number
        /**
         * Files that are unchanged or gone.
         */
        items_skipped: number
        /**
         * Of a task of video or sound: how much is embedded; null until it was looked at.
         */
        media_total_sec?: number | null
        media_done_sec?: number
        /**
         * Over the last ten items that were settled; null before the third and at the end.
         */
        items_per_sec: number | null
        /**
         * Until all items are settled, at that rate.
         */
        eta_sec: number | null
      }
      /**
       * The task from which the vectors were taken; nothing was embedded anew.
       */
      reused_from?: string
      warnings: {
        code: string
        message: string
      }[]
      error?: {
        code: string
        message: string
      }
      created_at: string
      updated_at: string
      finished_at?: string
      /**
       * When it goes with its vectors.
       */
      expires_at: string
    }
  }
  /**
   * Keep a task for longer or shorter
   */
  changeTask: {
    path: {
      id: string
    }
    body: {
      /**
       * From then on the task, its vectors and the input that came with it are removed. Not further away than EMBEDLINE_RETENTION_MAX.
       */
      expires_at: string
    }
    answer: {
      id: string
      kind: 'media' | 'bucket' | 'batch'
      state: 'queued' | 'processing' | 'ready' | 'partial' | 'failed' | 'cancelled'
      /**
       * A pause keeps it from going on: see `/pauses`.
       */
      is_paused?: true
      model: {
        id: string
        revision: string
        /**
         * The word that the caller sent.
         */
        name: string
      }
      input: {
        type: 'video' | 'audio' | 'image' | 'document' | 'bucket' | 'site' | 'batch'
        asset_id?: string
        filename?: string
        url?: string
        bucket?: string
        duration_sec?: number
        page_count?: number
      }
      /**
       * Not a part of the contracts: an addition of this server.
       */
      progress: {
        /**
         * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
         */
        fraction: number
        /**
         * Slices, parts or files; null until all are known.
         */
        items_total: number | null
        items_done: number
        items_failed: number
        /**
         * Files that are unchanged or gone.
         */
        items_skipped: number
        /**
         * Of a task of video or sound: how much is embedded; null until it was looked at.
         */
        media_total_sec?: number | null
        media_done_sec?: number
        /**
         * Over the last ten items that were settled; null before the third and at the end.
         */
        items_per_sec: number | null
        /**
         * Until all items are settled, at that rate.
         */
        eta_sec: number | null
      }
      /**
       * The task from which the vectors were taken; nothing was embedded anew.
       */
      reused_from?: string
      warnings: {
        code: string
        message: string
      }[]
      error?: {
        code: string
        message: string
      }
      created_at: string
      updated_at: string
      finished_at?: string
      /**
       * When it goes with its vectors.
       */
      expires_at: string
    }
  }
  /**
   * Remove a task with its vectors and its input; one that runs is cancelled first
   */
  deleteTask: {
    path: {
      id: string
    }
    answer: undefined
  }
  /**
   * End a task; what is finished of it stays, and one that has ended stays as it is
   */
  cancelTask: {
    path: {
      id: string
    }
    answer: {
      id: string
      kind: 'media' | 'bucket' | 'batch'
      state: 'queued' | 'processing' | 'ready' | 'partial' | 'failed' | 'cancelled'
      /**
       * A pause keeps it from going on: see `/pauses`.
       */
      is_paused?: true
      model: {
        id: string
        revision: string
        /**
         * The word that the caller sent.
         */
        name: string
      }
      input: {
        type: 'video' | 'audio' | 'image' | 'document' | 'bucket' | 'site' | 'batch'
        asset_id?: string
        filename?: string
        url?: string
        bucket?: string
        duration_sec?: number
        page_count?: number
      }
      /**
       * Not a part of the contracts: an addition of this server.
       */
      progress: {
        /**
         * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
         */
        fraction: number
        /**
         * Slices, parts or files; null until all are known.
         */
        items_total: number | null
        items_done: number
        items_failed: number
        /**
         * Files that are unchanged or gone.
         */
        items_skipped: number
        /**
         * Of a task of video or sound: how much is embedded; null until it was looked at.
         */
        media_total_sec?: number | null
        media_done_sec?: number
        /**
         * Over the last ten items that were settled; null before the third and at the end.
         */
        items_per_sec: number | null
        /**
         * Until all items are settled, at that rate.
         */
        eta_sec: number | null
      }
      /**
       * The task from which the vectors were taken; nothing was embedded anew.
       */
      reused_from?: string
      warnings: {
        code: string
        message: string
      }[]
      error?: {
        code: string
        message: string
      }
      created_at: string
      updated_at: string
      finished_at?: string
      /**
       * When it goes with its vectors.
       */
      expires_at: string
    }
  }
  /**
   * Do again what failed or was cancelled of a task; what is done stays
   */
  retryTask: {
    path: {
      id: string
    }
    answer: {
      id: string
      kind: 'media' | 'bucket' | 'batch'
      state: 'queued' | 'processing' | 'ready' | 'partial' | 'failed' | 'cancelled'
      /**
       * A pause keeps it from going on: see `/pauses`.
       */
      is_paused?: true
      model: {
        id: string
        revision: string
        /**
         * The word that the caller sent.
         */
        name: string
      }
      input: {
        type: 'video' | 'audio' | 'image' | 'document' | 'bucket' | 'site' | 'batch'
        asset_id?: string
        filename?: string
        url?: string
        bucket?: string
        duration_sec?: number
        page_count?: number
      }
      /**
       * Not a part of the contracts: an addition of this server.
       */
      progress: {
        /**
         * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
         */
        fraction: number
        /**
         * Slices, parts or files; null until all are known.
         */
        items_total: number | null
        items_done: number
        items_failed: number
        /**
         * Files that are unchanged or gone.
         */
        items_skipped: number
        /**
         * Of a task of video or sound: how much is embedded; null until it was looked at.
         */
        media_total_sec?: number | null
        media_done_sec?: number
        /**
         * Over the last ten items that were settled; null before the third and at the end.
         */
        items_per_sec: number | null
        /**
         * Until all items are settled, at that rate.
         */
        eta_sec: number | null
      }
      /**
       * The task from which the vectors were taken; nothing was embedded anew.
       */
      reused_from?: string
      warnings: {
        code: string
        message: string
      }[]
      error?: {
        code: string
        message: string
      }
      created_at: string
      updated_at: string
      finished_at?: string
      /**
       * When it goes with its vectors.
       */
      expires_at: string
    }
  }
  /**
   * Make a new task of the same input, with another model
   */
  rerunTask: {
    path: {
      id: string
    }
    body: {
      /**
       * The name of a model; without it that of the task, which may mean another one by now.
       */
      model?: string | null
    }
    answer: {
      id: string
      kind: 'media' | 'bucket' | 'batch'
      state: 'queued' | 'processing' | 'ready' | 'partial' | 'failed' | 'cancelled'
      /**
       * A pause keeps it from going on: see `/pauses`.
       */
      is_paused?: true
      model: {
        id: string
        revision: string
        /**
         * The word that the caller sent.
         */
        name: string
      }
      input: {
        type: 'video' | 'audio' | 'image' | 'document' | 'bucket' | 'site' | 'batch'
        asset_id?: string
        filename?: string
        url?: string
        bucket?: string
        duration_sec?: number
        page_count?: number
      }
      /**
       * Not a part of the contracts: an addition of this server.
       */
      progress: {
        /**
         * Of the work: 0 until it is known how much there is, 1 exactly when the task has ended. It does not fall while the task runs.
         */
        fraction: number
        /**
         * Slices, parts or files; null until all are known.
         */
        items_total: number | null
        items_done: number
        items_failed: number
        /**
         * Files that are unchanged or gone.
         */
        items_skipped: number
        /**
         * Of a task of video or sound: how much is embedded; null until it was looked at.
         */
        media_total_sec?: number | null
        media_done_sec?: number
        /**
         * Over the last ten items that were settled; null before the third and at the end.
         */
        items_per_sec: number | null
        /**
         * Until all items are settled, at that rate.
         */
        eta_sec: number | null
      }
      /**
       * The task from which the vectors were taken; nothing was embedded anew.
       */
      reused_from?: string
      warnings: {
        code: string
        message: string
      }[]
      error?: {
        code: string
        message: string
      }
      created_at: string
      updated_at: string
      finished_at?: string
      /**
       * When it goes with its vectors.
       */
      expires_at: string
    }
  }
  /**
   * The pieces of work of a task, in the order in which they were made
   */
  listItems: {
    path: {
      id: string
    }
    query?: {
      /**
       * One of queued, running, done, failed, skipped, cancelled, or several with commas between them.
       */
      state?: string
      /**
       * One of fetch, assemble, inspect, plan, slice, part, finish, list, crawl, document, conclude, retry, check, lines, gather, or several with commas between them.
       */
      kind?: string
      /**
       * `next_after` of the page before.
       */
      after?: string
      limit?: number
    }
    answer: {
      items: {
        id: number
        key: string
        kind:
          | 'fetch'
          | 'assemble'
          | 'inspect'
          | 'plan'
          | 'slice'
          | 'part'
          | 'finish'
          | 'list'
          | 'crawl'
          | 'document'
          | 'conclude'
          | 'retry'
          | 'check'
          | 'lines'
          | 'gather'
        state: 'queued' | 'running' | 'done' | 'failed' | 'skipped' | 'cancelled'
        is_paused?: true
        start_sec?: number
        end_sec?: number
        /**
         * Of a document: pages, words, chunks; or the picture.
         */
        part?: string
        first_page?: number
        last_page?: number
        /**
         * The key of a file of the bucket.
         */
        file?: string
        url?: string
        /**
         * Of the last attempt that went wrong.
         */
        error?: {
          code: string
          message: string
        }
        /**
         * How often it was begun.
         */
        attempts: number
        /**
         * Attempts in which it went wrong itself; the third one is its last.
         */
        failures: number
        /**
         * Attempts that ended because a process or a machine died.
         */
        interruptions: number
        /**
         * Nothing runs beside it.
         */
        is_alone?: true
        /**
         * Who has it, or had it last.
         */
        worker?: string
        created_at: string
        /**
         * Of one in the queue: not before.
         */
        due_at?: string
        started_at?: string
        finished_at?: string
      }[]
      /**
       * There may be more, also when this page is short.
       */
      next_after?: string
    }
  }
  /**
   * What happened to a task, the oldest first, and the pauses that held it back
   */
  getHistory: {
    path: {
      id: string
    }
    query?: {
      /**
       * `next_after` of the page before.
       */
      after?: number
      limit?: number
    }
    answer: {
      events: {
        id: number
        task_id: string
        kind: string
        created_at: string
      }[]
      pauses: {
        id: number
        created_at: string
        ended_at?: string
      }[]
      next_after?: number
    }
  }
  /**
   * What happens to the tasks of the account, as server-sent events
   */
  watchEvents: {
    headers?: {
      /**
       * The id of the last event that was received: the stream goes on after it. Without it the events of a task begin with the first, those of the account with the next that happens; 0 asks for all that are kept.
       */
      'last-event-id'?: number
    }
    answer: Response
  }
  /**
   * What happens to a task, as server-sent events; the stream ends when the task has ended
   */
  watchTask: {
    path: {
      id: string
    }
    headers?: {
      /**
       * The id of the last event that was received: the stream goes on after it. Without it the events of a task begin with the first, those of the account with the next that happens; 0 asks for all that are kept.
       */
      'last-event-id'?: number
    }
    answer: Response
  }
  /**
   * What is paused now and concerns this account; for the operator all
   */
  listPauses: {
    answer: {
      pauses: {
        id: number
        account?: string
        kind?: 'media' | 'bucket' | 'batch'
        model?: string
        created_at: string
        ended_at?: string
      }[]
    }
  }
  /**
   * Hold tasks back: what runs goes on to the end of its piece of work, and nothing more starts
   */
  pause: {
    body: {
      /**
       * All tasks of an account: its own name, or any for the operator.
       */
      account?: string | null
      /**
       * All tasks of a kind (the operator only).
       */
      kind?: ('media' | 'bucket' | 'batch') | null
      /**
       * All tasks of a model (the operator only).
       */
      model?: string | null
    }
    answer: {
      id: number
      account?: string
      kind?: 'media' | 'bucket' | 'batch'
      model?: string
      created_at: string
      ended_at?: string
    }
  }
  /**
   * End a pause
   */
  endPause: {
    path: {
      id: string
    }
    answer: undefined
  }
  /**
   * What would be removed now, by reason (the operator only)
   */
  findLeftovers: {
    query?: {
      /**
       * Only say what would be removed; GET never does anything else.
       */
      dry_run?: 'true' | 'false' | ''
    }
    answer: {
      dry_run: boolean
      removed: {
        reason: string
        count: number
        /**
         * Of what is stored; estimated where there are many vectors.
         */
        size_bytes: number
      }[]
      size_bytes: number
    }
  }
  /**
   * Remove now what has expired and what was left over (the operator only)
   */
  removeLeftovers: {
    query?: {
      /**
       * Only say what would be removed; GET never does anything else.
       */
      dry_run?: 'true' | 'false' | ''
    }
    answer: {
      dry_run: boolean
      removed: {
        reason: string
        count: number
        /**
         * Of what is stored; estimated where there are many vectors.
         */
        size_bytes: number
      }[]
      size_bytes: number
    }
  }
  /**
   * What is nearest to a text, a picture, a sound, a video, a moment or a vector
   */
  search: {
    body: {
      text?: string
      /**
       * Exactly one of `url`, `base64`, `asset_id`. In a form: the file itself.
       */
      image?: {
        url?: string
        base64?: string
        asset_id?: string
      }
      /**
       * Exactly one of `url`, `base64`, `asset_id`; and what of it. In a form: the file itself.
       */
      audio?: {
        url?: string
        base64?: string
        asset_id?: string
        start_sec?: number
        end_sec?: number
      }
      /**
       * Exactly one of `url`, `base64`, `asset_id`; and what of it. In a form: the file itself.
       */
      video?: {
        url?: string
        base64?: string
        asset_id?: string
        start_sec?: number
        end_sec?: number
      }
      /**
       * A moment (`start_sec`, to `end_sec`), a page, a chunk, or the whole of a task, or of the newest task of an asset.
       */
      clip?: {
        task_id?: string
        asset_id?: string
        start_sec?: number
        end_sec?: number
        page?: number
        chunk?: number
        option?: 'visual' | 'audio' | 'transcription' | 'fused' | 'text'
        exclude_self?: boolean
      }
      /**
       * Numbers, or base64 of little-endian float32.
       */
      vector?: number[] | string
      /**
       * Absent: the model of what is searched, when there is just one; otherwise the default one.
       */
      model?: string
      /**
       * Of `vector`.
       */
      space?: string
      /**
       * Absent: all tasks and all embedded buckets of the account.
       */
      in?: {
        /**
         * @maxItems 1000
         */
        tasks?: string[]
        /**
         * @maxItems 1000
         */
        assets?: string[]
        /**
         * @maxItems 1000
         */
        buckets?: string[]
      }
      /**
       * What does not have what a filter asks for is left out.
       */
      filter?: {
        option?:
          | ('visual' | 'audio' | 'transcription' | 'fused' | 'text')
          | ('visual' | 'audio' | 'transcription' | 'fused' | 'text')[]
        scope?: ('clip' | 'page' | 'chunk' | 'asset') | ('clip' | 'page' | 'chunk' | 'asset')[]
        start_sec?: number
        end_sec?: number
        /**
         * Of the asset: a value, several of which any will do, or bounds of a number (`gt`, `gte`, `lt`, `lte`).
         */
        metadata?: {
          [k: string]:
            | string
            | number
            | boolean
            | (string | number | boolean)[]
            | {
                gt?: number
                gte?: number
                lt?: number
                lte?: number
              }
        }
        /**
         * Of files of buckets: `*`, `**`, `?`; without a slash it is held against the last part.
         */
        key?: string
      }
      limit?: number
      /**
       * Of each result.
       */
      moments?: number
      /**
       * Joins moments that touch each other.
       */
      merge?: boolean
      min_score?: number
      explain?: boolean
    }
    answer: {
      query: {
        type: string
        model: {
          id: string
          revision: string
        }
        space: string
        dimension: number
      }
      /**
       * Best first; one for each asset, task without asset, and file of a bucket.
       */
      results: {
        kind: 'asset' | 'task' | 'file'
        /**
         * Of the best moment: the cosine.
         */
        score: number
        asset?: {
          id: string
          filename: string
        }
        task?: {
          id: string
          state: string
        }
        bucket?: string
        key?: string
        moments: {
          score: number
          option: string
          scope: string
          task_id?: string
          start_sec?: number
          end_sec?: number
          page?: number
          quadrant?: string
          chunk?: number
          text?: string
          place?: {}
        }[]
      }[]
      /**
       * Vectors that may not be compared with the query, and were not.
       */
      skipped: {
        model: {
          id: string
          revision: string
        }
        space: string
        dimension: number
        vectors: number
        reason: string
        message: string
      }[]
      /**
       * `hnsw`: a bucket was searched by its index of neighbours (PostgreSQL with pgvector), which may miss some.
       */
      method: 'exact' | 'hnsw'
      warnings?: {
        code: string
        message: string
      }[]
      explain?: {}
    }
  }
  /**
   * What a task has embedded so far, or the chunks of its bucket as they are searched now
   */
  getEmbeddings: {
    path: {
      id: string
    }
    query?: {
      /**
       * One of id, option, scope, start_sec, end_sec, page, quadrant, key, source_url, chunk, text, place, model, space, dimension, embedding, uncertainty, or several with commas between them.
       */
      fields?: string
      /**
       * One of visual, audio, transcription, fused, text, or several with commas between them.
       */
      option?: string
      /**
       * One of clip, page, chunk, asset, or several with commas between them.
       */
      scope?: string
      start_sec?: number
      end_sec?: number
      /**
       * `base64` is of little-endian float32.
       */
      encoding_format?: 'float' | 'base64'
      /**
       * The `id` of an embedding.
       */
      after?: string
      /**
       * 1000 unless said; of NDJSON all.
       */
      limit?: number
    }
    headers?: {
      /**
       * `application/x-ndjson`: a line of JSON for each embedding, and nothing else.
       */
      Accept?: string
    }
    answer: {
      task_id: string
      state: string
      embeddings: {
        id?: string
        option?: string
        scope?: string
        start_sec?: number
        end_sec?: number
        space?: string
        dimension?: number
        embedding?: number[] | string
      }[]
      next_after?: string
    }
  }
}

/** Method, path and, where one is taken, the type of the body. */
export const OPERATIONS = {
  twelvelabsCreateTask: ['POST', '/v1.3/embed-v2/tasks', 'application/json'],
  twelvelabsListTasks: ['GET', '/v1.3/embed-v2/tasks'],
  twelvelabsRetrieveTask: ['GET', '/v1.3/embed-v2/tasks/{id}'],
  twelvelabsEmbed: ['POST', '/v1.3/embed-v2', 'application/json'],
  twelvelabsCreateAsset: ['POST', '/v1.3/assets', 'multipart/form-data'],
  twelvelabsListAssets: ['GET', '/v1.3/assets'],
  twelvelabsRetrieveAsset: ['GET', '/v1.3/assets/{id}'],
  twelvelabsDeleteAsset: ['DELETE', '/v1.3/assets/{id}'],
  twelvelabsChangeUserMetadata: ['PATCH', '/v1.3/assets/{id}/user-metadata', 'application/json'],
  twelvelabsReplaceUserMetadata: ['PUT', '/v1.3/assets/{id}/user-metadata', 'application/json'],
  twelvelabsRemoveUserMetadata: ['DELETE', '/v1.3/assets/{id}/user-metadata'],
  twelvelabsRetrieveTranscription: ['GET', '/v1.3/assets/{id}/transcription'],
  twelvelabsCreateUpload: ['POST', '/v1.3/assets/multipart-uploads', 'application/json'],
  twelvelabsListUploads: ['GET', '/v1.3/assets/multipart-uploads'],
  twelvelabsRetrieveUpload: ['GET', '/v1.3/assets/multipart-uploads/{id}'],
  twelvelabsReportParts: ['POST', '/v1.3/assets/multipart-uploads/{id}', 'application/json'],
  twelvelabsAddressParts: ['POST', '/v1.3/assets/multipart-uploads/{id}/presigned-urls', 'application/json'],
  twelvelabsPutPart: [
    'PUT',
    '/v1.3/assets/multipart-uploads/{id}/parts/{number}',
    'application/octet-stream',
  ],
  twelvelabsEmbedV1: ['POST', '/v1.3/embed', 'multipart/form-data'],
  twelvelabsCreateTaskV1: ['POST', '/v1.3/embed/tasks', 'multipart/form-data'],
  twelvelabsListTasksV1: ['GET', '/v1.3/embed/tasks'],
  twelvelabsRetrieveTaskStatusV1: ['GET', '/v1.3/embed/tasks/{id}/status'],
  twelvelabsRetrieveTaskV1: ['GET', '/v1.3/embed/tasks/{id}'],
  telnyxListTasks: ['GET', '/v2/ai/embeddings'],
  telnyxCreateTask: ['POST', '/v2/ai/embeddings', 'application/json'],
  telnyxRetrieveTask: ['GET', '/v2/ai/embeddings/{task_id}'],
  telnyxSearch: ['POST', '/v2/ai/embeddings/similarity-search', 'application/json'],
  telnyxCrawl: ['POST', '/v2/ai/embeddings/url', 'application/json'],
  telnyxListBuckets: ['GET', '/v2/ai/embeddings/buckets'],
  telnyxRetrieveBucket: ['GET', '/v2/ai/embeddings/buckets/{bucket_name}'],
  telnyxDeleteBucket: ['DELETE', '/v2/ai/embeddings/buckets/{bucket_name}'],
  telnyxEmbed: ['POST', '/v2/ai/openai/embeddings', 'application/json'],
  telnyxListModels: ['GET', '/v2/ai/openai/embeddings/models'],
  telnyxListModelsOfOpenai: ['GET', '/v2/ai/openai/models'],
  openaiCreateEmbeddings: ['POST', '/v1/embeddings', 'application/json'],
  openaiListModels: ['GET', '/v1/models'],
  openaiRetrieveModel: ['GET', '/v1/models/{model}'],
  openaiListFiles: ['GET', '/v1/files'],
  openaiCreateFile: ['POST', '/v1/files', 'multipart/form-data'],
  openaiRetrieveFile: ['GET', '/v1/files/{id}'],
  openaiDeleteFile: ['DELETE', '/v1/files/{id}'],
  openaiGetFileContent: ['GET', '/v1/files/{id}/content'],
  openaiListBatches: ['GET', '/v1/batches'],
  openaiCreateBatch: ['POST', '/v1/batches', 'application/json'],
  openaiRetrieveBatch: ['GET', '/v1/batches/{id}'],
  openaiCancelBatch: ['POST', '/v1/batches/{id}/cancel'],
  listBuckets: ['GET', '/api/buckets'],
  createBucket: ['PUT', '/api/buckets/{bucket}'],
  listObjects: ['GET', '/api/buckets/{bucket}/objects'],
  getObject: ['GET', '/api/buckets/{bucket}/objects/{key}'],
  putObject: ['PUT', '/api/buckets/{bucket}/objects/{key}', 'application/octet-stream'],
  deleteObject: ['DELETE', '/api/buckets/{bucket}/objects/{key}'],
  createTask: ['POST', '/api/tasks', 'application/json'],
  listTasks: ['GET', '/api/tasks'],
  createTasks: ['POST', '/api/tasks/batch', 'application/json'],
  getAssetContent: ['GET', '/api/assets/{id}/content'],
  getThumbnail: ['GET', '/api/assets/{id}/thumbnails'],
  getWaveform: ['GET', '/api/assets/{id}/waveform'],
  listModels: ['GET', '/api/models'],
  pullModel: ['POST', '/api/models/pull', 'application/json'],
  getPull: ['GET', '/api/models/pull/{pull}'],
  stopPull: ['DELETE', '/api/models/pull/{pull}'],
  removeModel: ['DELETE', '/api/models/{model}'],
  listKeys: ['GET', '/api/keys'],
  createKey: ['POST', '/api/keys', 'application/json'],
  getKey: ['GET', '/api/keys/{id}'],
  changeKey: ['PATCH', '/api/keys/{id}', 'application/json'],
  revokeKey: ['DELETE', '/api/keys/{id}'],
  rotateKey: ['POST', '/api/keys/{id}/rotate', 'application/json'],
  listAccounts: ['GET', '/api/accounts'],
  createAccount: ['POST', '/api/accounts', 'application/json'],
  getAccount: ['GET', '/api/accounts/{account}'],
  changeAccount: ['PATCH', '/api/accounts/{account}', 'application/json'],
  getUsage: ['GET', '/api/usage'],
  getLimits: ['GET', '/api/limits'],
  getTask: ['GET', '/api/tasks/{id}'],
  changeTask: ['PATCH', '/api/tasks/{id}', 'application/json'],
  deleteTask: ['DELETE', '/api/tasks/{id}'],
  cancelTask: ['POST', '/api/tasks/{id}/cancel'],
  retryTask: ['POST', '/api/tasks/{id}/retry'],
  rerunTask: ['POST', '/api/tasks/{id}/rerun', 'application/json'],
  listItems: ['GET', '/api/tasks/{id}/items'],
  getHistory: ['GET', '/api/tasks/{id}/history'],
  watchEvents: ['GET', '/api/events'],
  watchTask: ['GET', '/api/tasks/{id}/events'],
  listPauses: ['GET', '/api/pauses'],
  pause: ['POST', '/api/pauses', 'application/json'],
  endPause: ['DELETE', '/api/pauses/{id}'],
  findLeftovers: ['GET', '/api/janitor'],
  removeLeftovers: ['POST', '/api/janitor'],
  search: ['POST', '/api/search', 'application/json'],
  getEmbeddings: ['GET', '/api/tasks/{id}/embeddings'],
} as const satisfies Record<keyof Operations, readonly [string, string, string?]>
