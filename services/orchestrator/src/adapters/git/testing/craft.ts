/** For tests: objects that no honest git would write. */
import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { Readable } from 'node:stream'
import { Sha } from '@orchestra/contracts'

export type Obj = { type: 'commit' | 'tree' | 'blob' | 'tag'; body: Buffer }
const numbers = { commit: 1, tree: 2, blob: 3, tag: 4 } as const

export const shaOf = (o: Obj): Sha => Sha.parse(createHash('sha1').update(`${o.type} ${o.body.length}\0`).update(o.body).digest('hex'))
export const blob = (text: string | Buffer): Obj => ({ type: 'blob', body: Buffer.from(text) })
/** Entries in the order given: git wants them sorted, so sort where that is not the attack. */
export const tree = (entries: [mode: string, name: string | Buffer, sha: string][]): Obj =>
  ({ type: 'tree', body: Buffer.concat(entries.map(([mode, name, sha]) => Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(sha, 'hex')]))) })
export const commit = (treeSha: string, parents: string[], extra = ''): Obj =>
  ({ type: 'commit', body: Buffer.from(`tree ${treeSha}\n${parents.map((p) => `parent ${p}\n`).join('')}author A <a@b> 1700000000 +0000\ncommitter A <a@b> 1700000000 +0000\n${extra}\nwork\n`) })

export const pack = (objects: Obj[]): Buffer => {
  const head = Buffer.alloc(12)
  head.write('PACK')
  head.writeUInt32BE(2, 4)
  head.writeUInt32BE(objects.length, 8)
  const all = Buffer.concat([head, ...objects.map((o) => Buffer.concat([sizeHeader(numbers[o.type], o.body.length), deflateSync(o.body)]))])
  return Buffer.concat([all, createHash('sha1').update(all).digest()])
}
export const packStream = (objects: Obj[]): Readable => Readable.from([pack(objects)])

const sizeHeader = (type: number, length: number): Buffer => {
  const bytes: number[] = []
  let rest = Math.floor(length / 16)
  bytes.push((rest > 0 ? 0x80 : 0) | (type << 4) | (length & 15))
  while (rest > 0) {
    const next = Math.floor(rest / 128)
    bytes.push((next > 0 ? 0x80 : 0) | (rest & 127))
    rest = next
  }
  return Buffer.from(bytes)
}
