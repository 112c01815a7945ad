import type { ErrorCode } from '../../src/domain/errors.ts'

/** What must come of a file of the test documents. */
export interface Expected {
  /** What it is found to be; absent when already that fails. */
  type?: string
  /** How many, of 1024 characters that overlap by 512. */
  chunks?: number
  /** The first characters of the first chunk. */
  begins?: string
  failed?: ErrorCode
  /** Stands in the error. */
  why?: string
}

/** By the path below `documents/` in the test data. */
export const EXPECTED: Readonly<Record<string, Expected>> = {
  '2023-half-year-analyses-by-segment.xlsx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an Excel workbook (.xlsx)',
  },
  'README-w-include.org': { type: 'text', chunks: 1, begins: '#+INCLUDE: "file_we_dont_want_imported"\n' },
  'README-w-include.rst': { type: 'text', chunks: 1, begins: '.. include:: file_we_dont_want_imported\n' },
  'README.md': { type: 'markdown', chunks: 2, begins: '## Example Docs\n\nThe sample docs directo' },
  'README.org': { type: 'text', chunks: 1, begins: '* Example Docs\n\nThe sample docs director' },
  'README.rst': { type: 'text', chunks: 1, begins: 'Example Docs\n------------\n\nThe sample do' },
  'arbitrary-records.json': { type: 'json', chunks: 1, begins: 'sku: GRD-8842\nname: Garden Trowel\nprice:' },
  'arbitrary-records.ndjson': {
    type: 'ndjson',
    chunks: 1,
    begins: 'sku: GRD-8842\nname: Garden Trowel\nprice:',
  },
  'book-war-and-peace-1p.txt': {
    type: 'text',
    chunks: 6,
    begins: 'CHAPTER I\n\n"Well, Prince, so Genoa and L',
  },
  'category-level.docx': { type: 'docx', chunks: 4, begins: 'Call me Ishmael. Some years ago—never mi' },
  'codeblock.md': { type: 'markdown', chunks: 2, begins: '## HTML Example\n\n```html\n<!DOCTYPE html>' },
  'contains-pictures.docx': { type: 'docx', chunks: 1, begins: 'Some paragraph text that runs “through” ' },
  'csv-with-escaped-commas.csv': {
    type: 'table',
    chunks: 1,
    begins: 'A | A | A | A | A\n\nA | A | A | A,A | A\n\n',
  },
  'csv-with-line-delimiter.csv': {
    type: 'table',
    chunks: 1,
    begins: 'col1: a\ncol2: b\ncol3: c\n\ncol1: d\ncol2: e',
  },
  'csv-with-long-lines.csv': {
    type: 'table',
    chunks: 249,
    begins: 'SpearmanCorrelationCoefficient: 1Freq CD',
  },
  'docx-hdrftr.docx': { type: 'docx', chunks: 1, begins: 'Main document' },
  'docx-shapes.docx': { type: 'docx', chunks: 1, begins: 'Paragraph with single <inline-image>\n\nwi' },
  'docx-tables.docx': { type: 'docx', chunks: 1, begins: 'Simple uniform table\n\nHeader Col 1 | Hea' },
  'duplicate-paragraphs.doc': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an old Word document (.doc)',
  },
  'duplicate-paragraphs.docx': {
    type: 'docx',
    chunks: 1,
    begins: 'This document contains duplicates\n\nsome ',
  },
  'email-equals-attachment-filename.eml': {
    type: 'mail',
    chunks: 1,
    begins: 'Subject: Odd filename example\nFrom: Test',
  },
  'emoji.xlsx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an Excel workbook (.xlsx)',
  },
  'empty.txt': { type: 'text', failed: 'no_text', why: 'The document holds no text.' },
  'empty.xlsx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an Excel workbook (.xlsx)',
  },
  'example-10k-1p.html': { type: 'html', chunks: 9, begins: '☐ | TRANSITION REPORT PURSUANT TO SECTIO' },
  'example-list-items-multiple.docx': {
    type: 'docx',
    chunks: 1,
    begins: 'Lorem Ipsum\n\n- This is simply dummy text',
  },
  'example-steelJIS-datasheet-utf-16.html': {
    type: 'html',
    chunks: 5,
    begins: 'SteelJIS: Japanese Steels and Alloys\n\nHo',
  },
  'example-steelJIS-datasheet.html': {
    type: 'html',
    chunks: 5,
    begins: 'SteelJIS: Japanese Steels and Alloys\n\nHo',
  },
  'example-with-scripts.html': {
    type: 'html',
    chunks: 75,
    begins: 'Institute for the Study of War\n\nKarolina',
  },
  'factbook-utf-16.xml': { type: 'xml', chunks: 1, begins: 'name: United States\ncapital: Washington,' },
  'factbook.xml': { type: 'xml', chunks: 1, begins: 'name: United States\ncapital: Washington,' },
  'fake-doc-emphasized-text.doc': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an old Word document (.doc)',
  },
  'fake-doc-emphasized-text.docx': {
    type: 'docx',
    chunks: 1,
    begins: 'Header Col 1 | Header Col 2\nA bold itali',
  },
  'fake-doc.rtf': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an RTF document',
  },
  'fake-email-attachment.msg': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an Outlook message (.msg)',
  },
  'fake-email-with-cc-and-bcc.msg': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an Outlook message (.msg)',
  },
  'fake-email.eml': { type: 'mail', chunks: 1, begins: 'Subject: Test Email\nFrom: Matthew Robins' },
  'fake-email.msg': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an Outlook message (.msg)',
  },
  'fake-email.txt': { type: 'mail', chunks: 1, begins: 'Subject: Test Email\nFrom: Matthew Robins' },
  'fake-encrypted.msg': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an Outlook message (.msg)',
  },
  'fake-html-cp1252.html': {
    type: 'html',
    chunks: 1,
    begins: 'My First Heading\n\nMy first paragraph.\n\nS',
  },
  'fake-html-lang-de.html': { type: 'html', chunks: 1, begins: 'Jahresabschluss zum Geschäftsjahr vom 01' },
  'fake-html-with-base64-image.html': { type: 'html', chunks: 1, begins: 'Test page\n\nUnstructured Logo' },
  'fake-html-with-duplicate-elements.html': {
    type: 'html',
    chunks: 1,
    begins: 'Example heading.\n\nThis is a span. This i',
  },
  'fake-html-with-footer-and-header.html': { type: 'html', chunks: 2, begins: 'Header' },
  'fake-html-with-image-from-url.html': { type: 'html', chunks: 1, begins: 'Test page\n\nUnstructured Logo' },
  'fake-html.html': { type: 'html', chunks: 2, begins: 'My First Heading\n\nMy Second Heading\n\nMy ' },
  'fake-incomplete-json.txt': {
    type: 'json',
    chunks: 1,
    begins: '{\n  "name": "John Doe",\n  "age": 30,\n  "',
  },
  'fake-power-point-malformed.pptx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'a PowerPoint presentation (.pptx)',
  },
  'fake-power-point-many-pages.pptx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'a PowerPoint presentation (.pptx)',
  },
  'fake-power-point-table.pptx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'a PowerPoint presentation (.pptx)',
  },
  'fake-power-point.pptx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'a PowerPoint presentation (.pptx)',
  },
  'fake-text-all-whitespace.txt': { type: 'text', failed: 'no_text', why: 'The document holds no text.' },
  'fake-text-utf-16-be.txt': { type: 'text', chunks: 1, begins: 'This is a test document to use for unit ' },
  'fake-text-utf-16-le.txt': { type: 'text', chunks: 1, begins: 'This is a test document to use for unit ' },
  'fake-text-utf-16.txt': { type: 'text', chunks: 1, begins: 'This is a test document to use for unit ' },
  'fake-text-utf-32.txt': { type: 'text', chunks: 1, begins: 'This is a test document to use for unit ' },
  'fake-text.txt': { type: 'text', chunks: 1, begins: 'This is a test document to use for unit ' },
  'fake.doc': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an old Word document (.doc)',
  },
  'fake.docx': { type: 'docx', chunks: 1, begins: 'Lorem ipsum dolor sit amet.' },
  'fake.odt': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an OpenDocument file',
  },
  'fake_table.docx': { type: 'docx', chunks: 1, begins: 'Header Col 1 | Header Col 2\nLorem ipsum ' },
  'group-shapes-nested.pptx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'a PowerPoint presentation (.pptx)',
  },
  'handbook-1p-no-rendered-page-breaks.docx': {
    type: 'docx',
    chunks: 7,
    begins: 'CHAPTER 1\n\nINTRODUCTION\n\nCHAPTER 1 – INT',
  },
  'handbook-1p.docx': { type: 'docx', chunks: 7, begins: 'CHAPTER 1\n\nINTRODUCTION\n\nCHAPTER 1 – INT' },
  'hebrew-text-base64-iso88598i.txt': {
    type: 'text',
    chunks: 1,
    begins: '8uPr5e8gVGVzbGEgLSDw4/j5+iDn+unu5CDy7CDk',
  },
  'hlink-meta.docx': { type: 'docx', chunks: 1, begins: 'One\n\nTwo with link to bookmark.\n\nThree w' },
  'ideas-page.html': { type: 'html', chunks: 1, begins: 'How to Get New Ideas\n\nJanuary 2023\n\n(Som' },
  'more-than-1k-cells.xlsx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an Excel workbook (.xlsx)',
  },
  'norwich-city.txt': { type: 'text', chunks: 100, begins: 'Iwan Roberts\nRoberts celebrating after s' },
  'not-unstructured-payload.json': {
    type: 'json',
    chunks: 1,
    begins: 'id: Sample-1\nname: Sample 1\ndescription:',
  },
  'page-breaks.docx': { type: 'docx', chunks: 1, begins: 'First page, tab here: followed by line-b' },
  'password_protected.xlsx': {
    failed: 'document_encrypted',
    why: 'The Office document can only be read with a password.',
  },
  'pdf/a1977-backus-p21.pdf': { type: 'pdf', chunks: 11, begins: 'position is that it permits the definiti' },
  'pdf/all-number-table.pdf': {
    type: 'pdf',
    chunks: 1,
    begins: '200.01 1\n400.01 3\n600.01 5\n800.01 7\n1000',
  },
  'pdf/embedded-cmap-cidfont.pdf': {
    type: 'pdf',
    chunks: 1,
    begins: 'Heading in Helvetica\n\nThis text uses an ',
  },
  'pdf/embedded-images-tables.pdf': {
    type: 'pdf',
    chunks: 3,
    begins: 'The plot of inhibitor concentration over',
  },
  'pdf/embedded-images.pdf': {
    type: 'pdf',
    chunks: 2,
    begins: '1.9\n\n“HANDS-FREE” CARD: use (2/4)\n\nIf th',
  },
  'pdf/embedded-link.pdf': { type: 'pdf', chunks: 1, begins: 'This is the link.\nThis is the email.\nThi' },
  'pdf/emphasis-text.pdf': { type: 'pdf', chunks: 1, begins: 'Test bold.\n\nItalic. Now Italic and bold.' },
  'pdf/fake-bold-sample.pdf': {
    type: 'pdf',
    chunks: 1,
    begins: 'Fake Bold PDF Test Document\n\nNormal text',
  },
  'pdf/fake-memo-with-duplicate-page.pdf': {
    type: 'pdf',
    chunks: 1,
    begins: 'May 5, 2023\n\nTo Whom it May Concern:\n\nTh',
  },
  'pdf/fake-memo.pdf': { type: 'pdf', chunks: 1, begins: 'May 5, 2023\n\nTo Whom it May Concern:\n\nTh' },
  'pdf/figure-overlay-text.pdf': { type: 'pdf', chunks: 1, begins: 'Printed Name:Jane Doe' },
  'pdf/header-test-doc.pdf': {
    type: 'pdf',
    chunks: 1,
    begins: 'I Am A Header\n\nTitle\n\nHere is a lovely s',
  },
  'pdf/interface-config-guide-p93.pdf': {
    type: 'pdf',
    chunks: 4,
    begins: 'Interface Configuration Guide Release 23',
  },
  'pdf/korean-text-with-tables.pdf': {
    type: 'pdf',
    chunks: 2,
    begins: '적립 제외 대상\n\n무이자할부, 다이어트할부, 삼성카드 할인이 적용된 일시',
  },
  'pdf/layout-parser-paper-fast.pdf': {
    type: 'pdf',
    chunks: 11,
    begins: 'LayoutParser: A Unified Toolkit for Deep',
  },
  'pdf/layout-parser-paper-with-table.pdf': {
    type: 'pdf',
    chunks: 6,
    begins: 'LayoutParser: A Unified Toolkit for DL-B',
  },
  'pdf/list-item-example.pdf': {
    type: 'pdf',
    chunks: 5,
    begins: 'Module One - Introduction to Product\nDev',
  },
  'pdf/negative-coords.pdf': { type: 'pdf', chunks: 4, begins: 'AirPort Extreme, Apple TV, AirPods and B' },
  'pdf/password.pdf': {
    type: 'pdf',
    failed: 'document_encrypted',
    why: 'The PDF can only be read with a password.',
  },
  'pdf/single_table.pdf': {
    type: 'pdf',
    failed: 'no_text',
    why: 'The PDF holds no text; its pages may be pictures.',
  },
  'pdf/table-multi-row-column-cells.pdf': {
    type: 'pdf',
    failed: 'no_text',
    why: 'The PDF holds no text; its pages may be pictures.',
  },
  'picture.pptx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'a PowerPoint presentation (.pptx)',
  },
  'sample-presentation.pptx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'a PowerPoint presentation (.pptx)',
  },
  'semicolon-delimited.csv': {
    type: 'table',
    chunks: 1,
    begins: 'Lorem, ipsum: consectetur\ndolor sit: adi',
  },
  'simple-table.md': { type: 'markdown', chunks: 1, begins: 'Item | Price | # In stock\n---|---|---\nJu' },
  'simple.doc': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an old Word document (.doc)',
  },
  'simple.docx': { type: 'docx', chunks: 1, begins: 'These are a few of my favorite things:\n\n' },
  'simple.json': { type: 'json', chunks: 7, begins: 'element_id: a06d2d9e65212d4aa955c3ab3295' },
  'simple.ndjson': { type: 'ndjson', chunks: 7, begins: 'element_id: a06d2d9e65212d4aa955c3ab3295' },
  'simple.odt': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an OpenDocument file',
  },
  'simple.pptx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'a PowerPoint presentation (.pptx)',
  },
  'simple.yaml': { type: 'text', chunks: 1, begins: '---\n doe: "a deer, a female deer"\n ray: ' },
  'single-column.csv': { type: 'table', chunks: 1, begins: 'Lorem, ipsum\n\ndolor sit\n\namet consectetu' },
  'single-line-object.json': {
    type: 'json',
    chunks: 1,
    begins: 'sku: GRD-8842\nname: Garden Trowel\nprice:',
  },
  'spring-weather.html.json': {
    type: 'json',
    chunks: 72,
    begins: 'type: Title\nelement_id: fb902c5b26b38e2d',
  },
  'spring-weather.html.ndjson': {
    type: 'ndjson',
    chunks: 72,
    begins: 'type: Title\nelement_id: fb902c5b26b38e2d',
  },
  'stanley-cups-utf-16.csv': {
    type: 'table',
    chunks: 1,
    begins: 'Stanley Cups\n\nTeam: Blues\nLocation: STL\n',
  },
  'stanley-cups-with-emoji.csv': {
    type: 'table',
    chunks: 1,
    begins: 'Stanley Cups\n\nTeam: Blues\nLocation: STL\n',
  },
  'stanley-cups-with-emoji.tsv': {
    type: 'table',
    chunks: 1,
    begins: 'Stanley Cups\n\nTeam: Blues\nLocation: STL\n',
  },
  'stanley-cups.csv': { type: 'table', chunks: 1, begins: 'Stanley Cups\n\nTeam: Blues\nLocation: STL\n' },
  'stanley-cups.tsv': { type: 'table', chunks: 1, begins: 'Stanley Cups\n\nTeam: Blues\nLocation: STL\n' },
  'stanley-cups.xlsx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an Excel workbook (.xlsx)',
  },
  'table-multi-row-column-cells-actual.csv': {
    type: 'table',
    chunks: 1,
    begins: 'Results: Accuracy\nTime to complete\n\nDisa',
  },
  'table-semicolon-delimiter.csv': {
    type: 'table',
    chunks: 1,
    begins: 'Year: 2022\nMonth: 1\nRevenue: 123\nCosts: ',
  },
  'tables-with-incomplete-rows.docx': {
    type: 'docx',
    chunks: 1,
    begins: 'Example of DOCX table where one or more ',
  },
  'teams_chat.docx': { type: 'docx', chunks: 1, begins: '0:0:0.0 --> 0:0:1.510\nSome Body\nOK. Yeah' },
  'test-image-jpg-mime.pptx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'a PowerPoint presentation (.pptx)',
  },
  'tests-example.xls': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an old Excel workbook (.xls)',
  },
  'umlauts-non-utf8.md': { type: 'markdown', chunks: 1, begins: '## können\n\nkönnen\n\näöüß' },
  'umlauts-utf8.md': { type: 'markdown', chunks: 1, begins: '## können\n\nkönnen\n\näöüß' },
  'vodafone.xlsx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an Excel workbook (.xlsx)',
  },
  'winter-sports.epub': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an EPUB book',
  },
  'xlsx-subtable-cases.xlsx': {
    type: 'other',
    failed: 'unsupported_type',
    why: 'an Excel workbook (.xlsx)',
  },
}
