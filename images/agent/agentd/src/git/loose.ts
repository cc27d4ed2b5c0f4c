/** The two plainest things that git keeps, without a process of git's: where HEAD stands, and a commit as a loose object. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { deflateSync } from 'node:zlib'
import { Sha } from '@orchestra/contracts'

/** Null where git has to be asked: a packed or symbolic branch, none yet, something odd. */
export const headFromFiles = async (gitDir: string): Promise<Sha | null> => {
  const head = await readFile(`${gitDir}/HEAD`, 'utf8').catch(() => '')
  const branch = /^ref: (refs\/heads\/[^\n]+)\n?$/.exec(head)?.[1]
  const text = branch === undefined || branch.includes('..') ? head : await readFile(`${gitDir}/${branch}`, 'utf8').catch(() => '')
  const sha = Sha.safeParse(text.trim())
  return sha.success ? sha.data : null
}

const WHO = 'orchestra <snapshot@orchestra.invalid>'

/** One parent, our identity, this moment. */
export const writeCommit = async (gitDir: string, tree: Sha, parent: Sha, message: string): Promise<Sha> => {
  const at = `${WHO} ${Math.floor(Date.now() / 1000)} +0000`
  const body = Buffer.from(`tree ${tree}\nparent ${parent}\nauthor ${at}\ncommitter ${at}\n\n${message}\n`)
  const object = Buffer.concat([Buffer.from(`commit ${body.length}\0`), body])
  const sha = Sha.parse(createHash('sha1').update(object).digest('hex'))
  const folder = `${gitDir}/objects/${sha.slice(0, 2)}`
  const making = `${folder}/tmp_obj_${randomUUID()}`
  await mkdir(folder, { recursive: true })
  await writeFile(making, deflateSync(object), { mode: 0o444 })
  await rename(making, `${folder}/${sha.slice(2)}`)
  return sha
}
