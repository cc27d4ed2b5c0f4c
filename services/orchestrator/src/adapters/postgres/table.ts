/** Maps whole rows between the domain's types and a table, column by column. */
import { Actor } from '@orchestra/contracts'
import type { MessageRow } from '../../domain/rows.ts'
import type { Queryable } from './pool.ts'

type Codec = { write(value: unknown): unknown; read(value: unknown): unknown }
const same: Codec = { write: (v) => v, read: (v) => v }
export const plain = same
/** Stringified here: pg would send an array as a Postgres array. */
export const json: Codec = { write: (v) => (v === null || v === undefined ? null : JSON.stringify(v)), read: (v) => v }

/** An actor as one readable word: `person:owner`, `session:auth`, `system:engine`. */
export const writeActor = (a: Actor): string => (a.kind === 'person' ? `person:${a.name}` : a.kind === 'session' ? `session:${a.id}` : `system:${a.part}`)
export const readActor = (text: string): Actor => {
  const at = text.indexOf(':')
  const [kind, rest] = [text.slice(0, at), text.slice(at + 1)]
  return Actor.parse(kind === 'person' ? { kind, name: rest } : kind === 'session' ? { kind, id: rest } : { kind, part: rest })
}
export const actor: Codec = { write: (v) => (v === null ? null : writeActor(v as Actor)), read: (v) => (v === null ? null : readActor(v as string)) }

export const recipient: Codec = {
  write: (v) => { const to = v as MessageRow['to']; return to.kind === 'session' ? `session:${to.id}` : to.kind },
  read: (v) => { const text = v as string; return text.startsWith('session:') ? { kind: 'session', id: text.slice(8) } : { kind: text } },
}

export type Table<Row> = { name: string; key: string[]; columns: [field: keyof Row & string, column: string, codec: Codec][]; /** given by the database */ generated: string[] }

const snake = (field: string): string => field.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)

/** Fields in the order of the type; columns are their snake-case names unless `names` says otherwise. */
export const table = <Row>(name: string, key: string[], codecs: { [F in keyof Row & string]: Codec }, more: { names?: Partial<Record<keyof Row, string>>; generated?: string[] } = {}): Table<Row> => ({
  name,
  key,
  columns: (Object.entries(codecs) as [keyof Row & string, Codec][]).map(([field, codec]) => [field, more.names?.[field] ?? snake(field), codec]),
  generated: more.generated ?? [],
})

export const fromDatabase = <Row>(t: Table<Row>, raw: Record<string, unknown>): Row =>
  Object.fromEntries(t.columns.map(([field, column, codec]) => [field, codec.read(raw[column] ?? null)])) as Row

export const select = async <Row>(db: Queryable, t: Table<Row>, where: string, values: unknown[]): Promise<Row[]> =>
  (await db.query(`select * from ${t.name} ${where}`, values)).rows.map((raw) => fromDatabase(t, raw))

/** Replaces the row with that key, or inserts it. */
export const put = async <Row extends object>(db: Queryable, t: Table<Row>, row: Row): Promise<void> => {
  const columns = t.columns.filter(([, column]) => !t.generated.includes(column))
  const values = columns.map(([field, , codec]) => codec.write(row[field] ?? null))
  const places = columns.map((_, i) => `$${i + 1}`)
  const where = t.key.map((k) => `${k} = ${places[columns.findIndex(([, column]) => column === k)]}`).join(' and ')
  const set = columns.map(([, column], i) => `${column} = ${places[i]}`).join(', ')
  const updated = await db.query(`update ${t.name} set ${set} where ${where}`, values)
  if (updated.rowCount === 1) return
  await db.query(`insert into ${t.name} (${columns.map(([, column]) => column).join(', ')}) values (${places.join(', ')})`, values)
}
