import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { memorySpec } from '../fixture.ts'
import { SpecBridge } from './bridge.ts'
import { specStore } from './store.ts'

const by = { kind: 'person', name: 'owner' } as const
const open = async (initial: string) => {
  const folder = await mkdtemp(join(tmpdir(), 'spec-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'spec.yjs.json')
  const file = memorySpec(initial)
  const start = async () => {
    const bridge = new SpecBridge(file.engine, specStore(path))
    const doc = new Doc()
    await bridge.load(doc)
    const text = doc.getText('text')
    return { bridge, doc, text, type: (at: string, what: string) => text.insert(text.toString().indexOf(at) + at.length, what) }
  }
  return { file, start, ...(await start()) }
}

it('merges what a person types with what is written into the file meanwhile', async () => {
  const { file, bridge, text, type } = await open('# Spec\n\none\n\ntwo\n\nthree\n')
  type('two', ' as the person wants')
  file.write('# The spec\n\none\n\ntwo\n\nthree, says the agent\n')
  expect(await bridge.save(by)).toBeNull()
  const both = '# The spec\n\none\n\ntwo as the person wants\n\nthree, says the agent\n'
  expect([text.toString(), file.text()]).toEqual([both, both])
})

it('takes its own write for no news', async () => {
  const { file, bridge, text, type } = await open('a\n')
  type('a', 'b')
  await bridge.save(by)
  await bridge.fileChanged()
  await bridge.fileChanged()
  expect([text.toString(), file.text()]).toEqual(['ab\n', 'ab\n'])
})

it('loses no word of two writers who never stop', async () => {
  const { file, bridge, text, type } = await open('P:\nmiddle\nA:\n')
  for (let i = 0; i < 60; i += 1) {
    type('P:', ` p${i}`)
    const saving = bridge.save(by)
    file.write(file.text().replace('A:', `A: a${i}`))
    const reading = bridge.fileChanged()
    type('P:', ` q${i}`)
    await Promise.all([saving, reading])
  }
  expect(await bridge.save(by)).toBeNull()
  expect(text.toString()).toBe(file.text())
  const words = new Set(file.text().split(/\s+/))
  for (let i = 0; i < 60; i += 1) for (const who of ['p', 'q', 'a']) expect(words).toContain(`${who}${i}`)
  expect(file.text().match(/middle/g)).toHaveLength(1)
})

it('starts again with the same history: a page that comes back doubles nothing', async () => {
  const { file, bridge, doc, type, start } = await open('one\n')
  type('one', ' typed')
  await bridge.save(by)
  const page = new Doc()
  applyUpdate(page, encodeStateAsUpdate(doc))
  page.getText('text').insert(0, 'while away: ')
  file.write(`${file.text()}from the agent\n`)
  const again = await start()
  applyUpdate(again.doc, encodeStateAsUpdate(page))
  await again.bridge.save(by)
  expect(file.text()).toBe('while away: one typed\nfrom the agent\n')
})

it('survives a crash before and after the write', async () => {
  for (const landed of [false, true]) {
    const { file, bridge, type, start } = await open('one\n')
    const write = file.engine.writeSpec
    file.engine.writeSpec = async (...args) => {
      if (landed) await write(...args)
      throw new Error('killed')
    }
    type('one', ' typed')
    await expect(bridge.save(by)).rejects.toThrow('killed')
    file.engine.writeSpec = write
    const again = await start()
    await again.bridge.save(by)
    expect(file.text()).toBe('one typed\n')
  }
})

it('keeps the line ends that the file has', async () => {
  const { file, bridge, text, type } = await open('a\r\nb\r\n')
  expect(text.toString()).toBe('a\nb\n')
  type('a', '!')
  await bridge.save(by)
  expect(file.text()).toBe('a!\r\nb\r\n')
})
