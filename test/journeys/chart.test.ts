import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { kindsOf } from '../../src/domain/workGroups.ts'
import { hasHelm, helm } from '../support/helm.ts'
import { checkKubernetes, type KubernetesObject } from '../support/kubernetesTypes.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const CHART = fileURLToPath(new URL('../../deploy/chart', import.meta.url))

const LEAST = {
  database: { url: 'postgres://embedline:secret@database/embedline' },
  storage: { url: 's3://embedline/prefix' },
  keys: { list: 'key=main' },
}

async function rendered(values: object): Promise<KubernetesObject[]> {
  const folder = await temporaryFolder({ 'values.yaml': stringify(values) })
  const text = await helm(
    'template',
    'here',
    CHART,
    '--values',
    `${folder}/values.yaml`,
    '--kube-version',
    '1.34',
  )
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject)
}

interface Scaled {
  spec: { triggers: [{ metadata: { query: string } }] }
}

const found = (objects: readonly KubernetesObject[], kind: string, end = ''): unknown =>
  objects.find((object) => object.kind === kind && object.metadata.name.endsWith(end))

test.skipIf(!hasHelm)('the chart is sound by itself and with all that can be said', async () => {
  const least = await temporaryFolder({ 'values.yaml': stringify(LEAST) })
  expect(await helm('lint', CHART, '--strict', '--values', `${least}/values.yaml`)).toContain(
    '0 chart(s) failed',
  )
  await checkKubernetes(await rendered(LEAST))
  const chosen = {
    enabled: true,
    minReplicas: 1,
    maxReplicas: 3,
    itemsPerWorker: 4,
    pollingSeconds: 9,
    cooldownSeconds: 60,
  }
  const place = {
    nodeSelector: { zone: 'a' },
    tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, podAffinityTerm: { topologyKey: 'zone', labelSelector: { matchLabels: { a: 'b' } } } },
        ],
      },
    },
    podAnnotations: { note: 'x' },
  }
  const values = {
    ...LEAST,
    imagePullSecrets: [{ name: 'pull' }],
    storage: { url: 's3://a/b', endpoint: 'http://s3:9000', accessKeyId: 'id', secretAccessKey: 'secret' },
    settings: { EMBEDLINE_RETENTION: '30d', EMBEDLINE_REQUESTS_PER_MINUTE: 60 },
    server: { ...place, replicas: 3, compute: 1 },
    service: { type: 'LoadBalancer', port: 8080, annotations: { note: 'x' } },
    ingress: {
      enabled: true,
      className: 'nginx',
      host: 'e.example',
      tlsSecret: 'tls',
      annotations: { a: 'b' },
    },
    workers: {
      // Helm joins what is said with the chart's own: without this there would be both.
      all: null,
      media: { ...(await pool()), ...place, only: ['media'], autoscaling: chosen },
      text: { ...(await pool()), only: ['text'] },
    },
    serviceAccount: { create: true, annotations: { role: 'x' } },
    podMonitor: { enabled: true, interval: '10s', labels: { a: 'b' } },
  }
  const objects = await rendered(values)
  await checkKubernetes(objects)
  expect(objects.map(({ kind }) => kind).toSorted()).toEqual([
    ...[
      'Deployment',
      'Deployment',
      'Deployment',
      'Ingress',
      'PodDisruptionBudget',
      'PodMonitor',
      'ScaledObject',
    ],
    ...['Secret', 'Secret', 'Secret', 'Service', 'ServiceAccount'],
  ])
  expect(found(objects, 'ScaledObject')).toMatchObject({
    spec: {
      scaleTargetRef: { name: 'here-embedline-worker-media' },
      minReplicaCount: 1,
      maxReplicaCount: 3,
      triggers: [{ type: 'postgresql', metadata: { targetQueryValue: '4' } }],
    },
  })
  // Groups of work are those of the program.
  const { metadata } = (found(objects, 'ScaledObject') as Scaled).spec.triggers[0]
  const kinds = kindsOf(['media']).map((kind) => `'${kind}'`)
  expect(metadata.query).toContain(`kind in (${kinds.join(', ')})`)
  // The autoscaler says how many there are.
  expect(found(objects, 'Deployment', 'worker-media')).not.toHaveProperty('spec.replicas')
  expect(found(objects, 'Deployment', 'worker-all')).toBeUndefined()
})

async function pool(): Promise<object> {
  const { workers } = parse(await readFile(`${CHART}/values.yaml`, 'utf8')) as { workers: { all: object } }
  return workers.all
}

test.skipIf(!hasHelm).each([
  ['no database', { ...LEAST, database: {} }, /database\.url is needed/],
  ['no storage', { ...LEAST, storage: {} }, /storage\.url is needed/],
  ['no keys', { ...LEAST, keys: {} }, /keys\.list is needed/],
  ['a word that is misspelt', { ...LEAST, servers: {} }, /servers/],
  ['a database that is none', { ...LEAST, database: { url: 'mysql://a' } }, /database\.url/],
])('the chart refuses %s', async (_, values, message) => {
  await expect(rendered(values)).rejects.toThrow(message)
})

test.skipIf(!hasHelm)('secrets that are there already are used, and none is made', async () => {
  const objects = await rendered({
    database: { existingSecret: 'my-database' },
    storage: { url: 's3://a', existingSecret: 'my-storage' },
    keys: { existingSecret: 'my-keys' },
  })
  expect(found(objects, 'Secret')).toBeUndefined()
  const text = JSON.stringify(found(objects, 'Deployment', 'server'))
  for (const name of ['my-database', 'my-storage', 'my-keys']) expect(text).toContain(name)
  // Workers have nobody to let in.
  expect(JSON.stringify(found(objects, 'Deployment', 'worker-all'))).not.toContain('my-keys')
})
