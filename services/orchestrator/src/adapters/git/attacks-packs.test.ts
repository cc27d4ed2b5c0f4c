/** Packs that no honest git would make, against the import: refused, and nothing of them left. */
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { deflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Sha } from '@orchestra/contracts'
import { createContext } from './context.ts'
import { discard, ingest, inspect } from './quarantine.ts'
import * as craft from './testing/craft.ts'
import { type Hostile, makeHostile } from './testing/hostile.ts'
import type { Rig, Twin } from './testing/rig.ts'

let h: Hostile
let rig: Rig
let t: Twin
beforeEach(async () => {
  h = await makeHostile()
  rig = h.rig
  t = h.t
})
afterEach(() => h.rig.remove())

describe('crafted packs leave nothing', () => {
  const file = craft.blob('x')
  it.each([
    ['.git', 'a tree with .git'], ['.GIT', 'another case'], ['.g\u200cit', 'HFS ignores the joiner'], ['git~1', 'the NTFS short name'],
    ['..', 'the folder above'], ['.', 'itself'], ['a/b', 'a slash in a name'], ['', 'no name'],
  ])('an entry named %j (%s)', async (name) => {
    const hook = craft.tree([['100755', 'pre-commit', craft.shaOf(file)]])
    const inner = craft.tree([['40000', 'hooks', craft.shaOf(hook)]])
    const top = craft.tree([['40000', name, craft.shaOf(inner)]])
    const c = craft.commit(craft.shaOf(top), [t.spec.base])
    await h.refuses([file, hook, inner, top, c], c)
    h.holds()
  })

  it('a new gitlink, also deep and also when a later commit removes it', async () => {
    const link = craft.tree([['160000', 'sub', t.spec.base]])
    const deep = craft.tree([['40000', 'a', craft.shaOf(link)]])
    const one = craft.commit(craft.shaOf(deep), [t.spec.base])
    expect(await h.refuses([link, deep, one], one)).toContain('"a/sub"')
    const clean = craft.tree([['100644', 'f', craft.shaOf(file)]])
    const two = craft.commit(craft.shaOf(clean), [craft.shaOf(one)])
    expect(await h.refuses([link, deep, file, clean, one, two], two)).toContain('"a/sub"')
  })

  it('a new gitlink in a merge, that neither parent has', async () => {
    const link = craft.tree([['100644', 'f', craft.shaOf(file)], ['160000', 'sub', t.spec.base]])
    const plain = craft.tree([['100644', 'f', craft.shaOf(file)]])
    const side = craft.commit(craft.shaOf(plain), [t.spec.base])
    const merge = craft.commit(craft.shaOf(link), [t.spec.base, craft.shaOf(side)])
    expect(await h.refuses([file, plain, link, side, merge], merge)).toContain('"sub"')
  })

  it('.gitmodules with an option for a URL, or as a link', async () => {
    const mods = craft.blob('[submodule "x"]\n\tpath = x\n\turl = --upload-pack=/tmp/evil\n')
    const top = craft.tree([['100644', '.gitmodules', craft.shaOf(mods)]])
    const c = craft.commit(craft.shaOf(top), [t.spec.base])
    await h.refuses([mods, top, c], c)
    const target = craft.blob('.git/config')
    const linked = craft.tree([['120000', '.gitmodules', craft.shaOf(target)]])
    const d = craft.commit(craft.shaOf(linked), [t.spec.base])
    await h.refuses([target, linked, d], d)
  })

  it('missing objects', async () => {
    const top = craft.tree([['100644', 'f', 'ab'.repeat(20)]])
    const c = craft.commit(craft.shaOf(top), [t.spec.base])
    await h.refuses([top, c], c)
    const orphan = craft.commit(craft.shaOf(top), ['cd'.repeat(20)])
    await h.refuses([top, orphan], orphan)
  })

  it('a tip that is no commit, is not there, or is a tag', async () => {
    await h.refuses([file], file)
    await h.refuses([file], craft.blob('other'))
    const tag: craft.Obj = { type: 'tag', body: Buffer.from(`object ${t.spec.base}\ntype commit\ntag x\ntagger A <a@b> 1700000000 +0000\n\nx\n`) }
    await h.refuses([tag], tag)
  })

  it('commits that are malformed', async () => {
    const top = craft.tree([['100644', 'f', craft.shaOf(file)]])
    for (const body of ['tree nonsense\n\nx', `tree ${craft.shaOf(top)}\nauthor x\ncommitter x\n\nx`, `tree ${craft.shaOf(top)}\nparent ${'0'.repeat(40)}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx`]) {
      const c: craft.Obj = { type: 'commit', body: Buffer.from(body) }
      await h.refuses([file, top, c], c)
    }
    const unsorted = craft.tree([['100644', 'z', craft.shaOf(file)], ['100644', 'a', craft.shaOf(file)]])
    const twice = craft.tree([['100644', 'a', craft.shaOf(file)], ['100644', 'a', craft.shaOf(file)]])
    for (const bad of [unsorted, twice]) {
      const c = craft.commit(craft.shaOf(bad), [t.spec.base])
      await h.refuses([file, bad, c], c)
    }
  })

  it('garbage, a cut pack, an empty stream, a stream that breaks', async () => {
    const files = h.storeFiles()
    const c = craft.commit(craft.shaOf(craft.tree([])), [t.spec.base])
    const good = craft.pack([craft.tree([]), c])
    const broken = new Readable({ read() { this.push(good.subarray(0, 20)); this.destroy(new Error('gone')) } })
    for (const body of [Readable.from([Buffer.from('not a pack at all')]), Readable.from([good.subarray(0, good.length - 7)]), Readable.from([]), broken]) {
      expect((await rig.repo.importCommits(t.spec, body, craft.shaOf(c), [])).kind).toBe('rejected')
    }
    expect(h.storeFiles()).toEqual(files)
    expect((await h.send([craft.tree([]), c], c)).kind).toBe('imported')
  })

  it('a delta against an object that is nowhere asks for a full pack', async () => {
    const thin = Buffer.concat([Buffer.from('PACK\0\0\0\x02\0\0\0\x01', 'latin1'), Buffer.from([0x7f, 0x00]), Buffer.alloc(20, 0xaa), deflateSync(Buffer.alloc(15))])
    const all = Buffer.concat([thin, createHash('sha1').update(thin).digest()])
    const out = await rig.repo.importCommits(t.spec, Readable.from([all]), Sha.parse('ab'.repeat(20)), [])
    expect(['need-full', 'rejected']).toContain(out.kind)
  })

  it('a pack beyond the limit is cut off while it comes', async () => {
    const big = craft.blob(randomBytes(3_000_000))
    const files = h.storeFiles()
    const out = await ingest(createContext(rig.options), { store: join(rig.project, '.git/objects'), pack: craft.packStream([big]), maxBytes: 1_000_000 })
    expect(out).toEqual({ kind: 'rejected', reason: 'the pack is larger than allowed' })
    expect(h.storeFiles()).toEqual(files)
  })

  it('a small pack that unpacks to more than the limits, in one file or in all', async () => {
    const big = craft.blob(Buffer.alloc(3_000_000))
    const top = craft.tree([['100644', 'zeros', craft.shaOf(big)]])
    const c = craft.commit(craft.shaOf(top), [t.spec.base])
    const context = createContext(rig.options)
    const taken = await ingest(context, { store: join(rig.project, '.git/objects'), pack: craft.packStream([big, top, c]), maxBytes: 1_000_000 })
    if (taken.kind !== 'ok') throw new Error(taken.kind)
    const judge = (unpacked: { file: number; all: number }) => inspect(context, taken.q, craft.shaOf(c), 'all refs', { links: new Set(), carried: new Set(), hooksPath: null, unpacked })
    expect(await judge({ file: 2_000_000, all: 9_000_000 })).toMatchObject({ kind: 'rejected', reason: expect.stringContaining('a file of 3 MB') as string })
    expect(await judge({ file: 9_000_000, all: 2_000_000 })).toMatchObject({ kind: 'rejected', reason: expect.stringContaining('unpacks to 3 MB') as string })
    expect(await judge({ file: 9_000_000, all: 9_000_000 })).toMatchObject({ kind: 'passed' })
    await discard(taken.q)
  })

  it('a carried file', async () => {
    const tip = t.commit({ '.env': 'SECRET=1', 'ok.txt': 'ok' })
    const out = await t.import(tip, ['.env'])
    expect(out).toMatchObject({ kind: 'rejected' })
    expect(rig.person.try('cat-file', '-e', tip).code).not.toBe(0)
  })
})
