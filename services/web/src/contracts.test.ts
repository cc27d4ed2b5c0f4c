import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** The schema library is 26 kB gzipped, and its probe for `new Function` is refused by the content security policy. */
test('the page takes types of the contracts, and of values only what has no schema', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f) && !f.endsWith('.test.ts'))
  const values = files.filter((f) => /^import (?!type )(\{[^}]*\}|[\w* ]+) from '(@orchestra\/contracts|zod)'/m.test(readFileSync(join(import.meta.dirname, f), 'utf8')))
  expect(files.length).toBeGreaterThan(50)
  expect(values).toEqual([])
})
