import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { commit, plant } from './_work.ts'

const forbidden = ['.GIT', '.Git', '.git.', '.git ', 'GIT~1', 'git~1', '.g\u200cit', '.gi\u200dt', '.git::$INDEX_ALLOCATION', '.git\u202e']

const attack: Attack = {
  tries: 'uses names that are .git on another file system, and names with newlines, options, shell code, escapes and bytes that are no text',
  success: 'a tree with a folder that some git takes for .git is imported, or a name is run',
  run: async (t) => {
    const evil = await t.agent()
    const program = await plant(t, evil)
    const mark = `touch ${t.canary.file}`
    const tip = await evil.sh('git rev-parse HEAD')
    await evil.sh(`for d in ${forbidden.map((n) => `'${n}'`).join(' ')}; do mkdir -p "$d/hooks"; cp evil.sh "$d/hooks/post-checkout"; printf '[core]\\n\\tfsmonitor = ${program}\\n' >"$d/config"; echo 'ref: refs/heads/main' >"$d/HEAD"; mkdir -p "$d/objects" "$d/refs"; done`)
    await t.person.everyday(evil.worktree, evil.branch)
    const taken: string[] = []
    for (const name of ['.GIT', 'git~1', '.g\u200cit', '.git ']) {
      await evil.sh(`inner=$(printf '100755 blob %s\\tpost-checkout\\n' $(git hash-object -w evil.sh) | git mktree); hooks=$(printf '040000 tree %s\\thooks\\n' $inner | git mktree); top=$(printf '040000 tree %s\\t%s\\n' $hooks '${name}' | git mktree)
        git update-ref HEAD $(git commit-tree -p ${tip} -m names $top)`)
      if ((await evil.push()).accepted) taken.push(name)
    }
    await evil.sh(`git update-ref HEAD ${tip}; git read-tree HEAD`)
    await evil.sh(`rm -rf ${forbidden.map((n) => `'${n}'`).join(' ')}`)
    if (taken.length > 0) return { through: `imported: ${taken.join(', ')}` }
    await evil.sh(`python3 - <<'END'
import os
for n in [b'--upload-pack=${mark}', b'-c core.fsmonitor=${mark.replaceAll('/', '_')}', b'$(touch canary)', b';touch canary;', b'a\\nb', b'tab\\there', b'"quoted"', b'\\xff\\xfe', b'\\x1b]52;c;eA==\\x07', b'\\xe2\\x80\\xae gnp.exe', b' lead', b'CON', b'a' * 250]:
    try: open(b'/workspace/' + n.replace(b'/', b'_'), 'w').write('x')
    except OSError as e: print(n, e)
END`)
    await commit(evil, 'odd names')
    const pushed = await evil.push()
    need(pushed.accepted, `the odd names were not taken: ${JSON.stringify(pushed)}`)
    await t.person.everyday(evil.worktree, evil.branch)
    const diff = await t.person.get(`/api/sessions/${evil.session}/diff`)
    need(diff.ok, `the page shows no diff: ${diff.status}`)
    await evil.clean()
    return { held: `four trees with a second .git refused; thirteen odd names imported, shown and run by nothing` }
  },
}
export default attack
