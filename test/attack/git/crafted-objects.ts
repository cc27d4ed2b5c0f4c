import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Sha } from '@orchestra/contracts'
import * as craft from '../../../services/orchestrator/src/adapters/git/testing/craft.ts'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { readPush } from '../frame/agent.ts'

type Case = { what: string; objects: craft.Obj[]; tip: craft.Obj }
const file = craft.blob('#!/bin/sh\n')

const named = (base: Sha, name: string): Case => {
  const hook = craft.tree([['100755', 'pre-commit', craft.shaOf(file)]])
  const inner = craft.tree([['40000', 'hooks', craft.shaOf(hook)]])
  const top = craft.tree([['40000', name, craft.shaOf(inner)]])
  const tip = craft.commit(craft.shaOf(top), [base])
  return { what: `an entry ${JSON.stringify(name)}`, objects: [file, hook, inner, top, tip], tip }
}

const cases = (base: Sha): Case[] => {
  const tree = (what: string, objects: craft.Obj[], entries: [string, string, Sha | string][], parents: (Sha | string)[] = [base]): Case => {
    const top = craft.tree(entries as never)
    const tip = craft.commit(craft.shaOf(top), parents as never)
    return { what, objects: [...objects, top, tip], tip }
  }
  const bad = (what: string, body: string): Case => { const tip: craft.Obj = { type: 'commit', body: Buffer.from(body) }; return { what, objects: [tip], tip } }
  const modules = craft.blob('[submodule "x"]\n\tpath = x\n\turl = --upload-pack=/tmp/evil\n')
  const target = craft.blob('.git/config')
  const x = craft.shaOf(file)
  return [
    ...['.git', '.GIT', '.g\u200cit', 'git~1', '.git ', '..', '.', 'a/b', ''].map((name) => named(base, name)),
    tree('a gitlink', [], [['160000', 'sub', base]]),
    tree('a .gitmodules that is an option', [modules], [['100644', '.gitmodules', craft.shaOf(modules)]]),
    tree('a .gitmodules that is a link', [target], [['120000', '.gitmodules', craft.shaOf(target)]]),
    tree('a file that is not there', [], [['100644', 'f', 'ab'.repeat(20)]]),
    tree('a parent that is not there', [file], [['100644', 'f', x]], ['cd'.repeat(20)]),
    tree('entries out of order', [file], [['100644', 'z', x], ['100644', 'a', x]]),
    tree('an entry twice', [file], [['100644', 'a', x], ['100644', 'a', x]]),
    { what: 'a blob as a branch', objects: [file], tip: file },
    bad('a commit of nonsense', 'tree nonsense\n\nx'),
    bad('a commit without dates', `tree ${'4b825dc642cb6eb9a060e54bf8d69288fbee4904'}\nauthor x\ncommitter x\n\nx`),
  ]
}

const storeOf = (project: string): string[] => readdirSync(join(project, '.git/objects'), { recursive: true }).map(String).filter((f) => !f.startsWith('info')).sort()

const attack: Attack = {
  tries: 'hands over packs with trees, commits and tips that git would never make',
  success: 'one of them is imported, or leaves anything in the person\'s object store',
  run: async (t) => {
    const evil = await t.agent('crafter')
    const base = (await evil.sh('git rev-parse refs/orchestra/base')) as Sha
    const all = cases(base)
    const before = storeOf(t.project)
    const said = await evil.sh(all.map((c, i) => `base64 -d >/tmp/crafted.pack <<'END'
${craft.pack(c.objects).toString('base64')}
END
curl -sS --unix-socket /run/orchestra/relay.sock -X POST http://relay/push/pack -H 'x-kind: commits' -H 'x-sha: ${craft.shaOf(c.tip)}' -H 'x-head: ${craft.shaOf(c.tip)}' --data-binary @/tmp/crafted.pack -w '\\n%{http_code}\\n== ${i}\\n'`).join('\n'), { deadlineMs: 240_000 })
    for (const [i, c] of all.entries()) {
      const reply = readPush(said.split(/^== \d+$/m)[i] ?? '')
      need(reply.status === 200 || reply.status === 400, `${c.what} was not even looked at: ${JSON.stringify(reply)}`)
      if (reply.accepted) return { through: `${c.what} was imported` }
    }
    const left = storeOf(t.project).filter((f) => !before.includes(f))
    return left.length > 0 ? { through: `left in the object store: ${left.slice(0, 5).join(', ')}` } : { held: `${all.length} packs refused, the object store is as it was` }
  },
}
export default attack
