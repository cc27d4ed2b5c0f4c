import { expect, it } from 'vitest'
import { hitter, surround } from './crashpoints.ts'

const disk = (files: Record<string, string>) => ({
  existsSync: (path: string) => path in files,
  readFileSync: (path: string) => files[path] as string,
  writeFileSync: (path: string, text: string) => { files[path] = text },
})

it('dies once for each arming, at the named point and no other', () => {
  const files: Record<string, string> = {}
  let deaths = 0
  const hit = hitter(disk(files), { armed: 'armed', spent: 'spent' }, () => { deaths += 1 })
  hit('before x.go')
  files.armed = '1 after x.go\n'
  hit('before x.go')
  expect(deaths).toBe(0)
  hit('after x.go')
  hit('after x.go')
  expect([deaths, files.spent]).toEqual([1, '1'])
  files.armed = '2 after x.go'
  hit('after x.go')
  expect(deaths).toBe(2)
})

it('surrounds named methods, keeps the rest, and has no point after a failure', async () => {
  class Port {
    #n = 1
    get n() { return this.#n }
    async go(by: number) { this.#n += by; return this.#n }
    async fail() { throw new Error('no') }
    quiet() { return this.#n }
  }
  const points: string[] = []
  const port = surround('x', new Port(), ['go', 'fail'], (p) => points.push(p))
  expect(await port.go(2)).toBe(3)
  expect([port.n, port.quiet()]).toEqual([3, 3])
  await expect(port.fail()).rejects.toThrow('no')
  expect(points).toEqual(['before x.go', 'after x.go', 'before x.fail'])
})
