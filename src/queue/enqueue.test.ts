import { expect, test } from 'vitest'
import { addItems, addTask } from '../../test/support/queueItems.ts'
import { withStore, type StoreForTest } from '../../test/support/withStore.ts'
import { enqueue, type NewItem } from './enqueue.ts'

const item = (key: string, more: Partial<NewItem> = {}): NewItem => ({
  accountId: 'a',
  kind: 'document',
  assetId: 'asset',
  key,
  lane: 2,
  dueMs: 0,
  payload: { key },
  ...more,
})

const add = ({ store, clock }: StoreForTest, items: readonly NewItem[]) =>
  store.write((db) => enqueue(db, clock.nowMs(), items))

/** By id. */
const turns = async ({ store }: StoreForTest) =>
  (await store.read.selectFrom('item').select(['key', 'turn']).orderBy('id').execute()).map(
    ({ key, turn }) => `${key} ${turn}`,
  )

test('many that are added at once get one turn after the other, in their order', () =>
  withStore(async (parts) => {
    expect(
      await add(
        parts,
        ['c', 'a', 'b'].map((key) => item(key)),
      ),
    ).toBe(3)
    expect(await add(parts, [item('d'), item('e', { accountId: 'b' }), item('f')])).toBe(3)
    expect(await turns(parts)).toEqual(['c 1', 'a 2', 'b 3', 'd 4', 'f 5', 'e 1'])
  }))

test('what is there already, or is told twice, is not added again and costs its account no turn', () =>
  withStore(async (parts) => {
    await addTask(parts, 'task')
    await add(parts, [item('a'), item('b'), item('c', { taskId: 'task' })])
    const again = [
      item('a'),
      item('d'),
      item('c', { taskId: 'task' }),
      item('d'),
      item('c'),
      item('c', { assetId: 'other' }),
      item('b', { taskId: 'task', assetId: 'other' }),
    ]
    expect(await add(parts, again)).toBe(4)
    expect(await add(parts, again)).toBe(0)
    await add(parts, [item('e')])
    expect(await turns(parts)).toEqual(['a 1', 'b 2', 'c 3', 'd 4', 'c 5', 'c 6', 'b 7', 'e 8'])
  }))

test('items of no task and no file are not the same, whatever their key', () =>
  withStore(async (parts) => {
    const { assetId: _, ...of } = item('a')
    expect(await add(parts, [of, of])).toBe(2)
    expect(await turns(parts)).toEqual(['a 1', 'a 2'])
  }))

test('what ends work that has begun comes in the current turn of its lane, however many come with it', () =>
  withStore(async (parts) => {
    await add(parts, [item('a'), item('b')])
    await add(parts, [item('end', { isEnd: true }), item('c')])
    expect(await turns(parts)).toEqual(['a 1', 'b 2', 'end 0', 'c 3'])
  }))

test('items that are added together are as whole as one that is added alone', () =>
  withStore(async (parts) => {
    const whole: Partial<NewItem> = {
      dueMs: 5,
      payload: { text: 'a\0b “c” \\', at: [1, null] },
      model: { id: 'm', revision: '1' },
      input: { hash: 'h', sizeBytes: 1e9 },
    }
    await addTask(parts, 'task')
    await add(parts, [item('alone', whole)])
    await add(parts, [item('one', whole), item('bare'), item('other', { ...whole, taskId: 'task' })])
    const rows = await parts.store.read.selectFrom('item').selectAll().orderBy('id').execute()
    const [alone, one, bare, other] = rows
    expect(one).toEqual({ ...alone!, id: one!.id, key: 'one', turn: 2 })
    expect(other).toEqual({ ...alone!, id: other!.id, key: 'other', task_id: 'task', turn: 4 })
    expect(bare).toMatchObject({ model: '', input_hash: null, input_bytes: null, due_ms: 0 })
    expect(JSON.parse(alone!.payload_json)).toEqual(whole.payload)
  }))

test('a key with a character that cannot be stored is added beside others', () =>
  withStore(async (parts) => {
    expect(await addItems(parts, ['a\0b', 'c'])).toBe(2)
  }))
