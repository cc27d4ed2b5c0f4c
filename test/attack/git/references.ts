import type { Attack } from '../frame/attack.ts'
import { commit } from './_work.ts'

const attack: Attack = {
  tries: 'makes symbolic refs to main, ref files with paths and options in them, replacements and grafts, and offers commits under names that are none',
  success: 'a branch, tag or other ref of the person moves, or history looks different to them',
  run: async (t) => {
    const evil = await t.agent()
    const log = () => t.person.git(t.project, 'log', '--format=%H %s', 'main')
    const refs = () => t.person.git(t.project, 'for-each-ref', '--format=%(refname)', 'refs/replace', 'refs/heads', 'refs/tags', 'refs/notes', 'refs/stash')
    const before = [(await log()).out, (await refs()).out].join()
    await evil.sh('echo refs >refs.txt')
    await commit(evil, 'refs')
    await evil.try(`tip=$(git rev-parse HEAD); git symbolic-ref refs/heads/to-main refs/heads/main; git update-ref refs/heads/main $tip; git update-ref refs/tags/v1 $tip; git update-ref refs/notes/commits $tip; git replace -f $(git rev-parse refs/orchestra/base) $tip; git update-ref refs/orchestra/pin/evil/base $tip
      printf '%s refs/heads/main\\n%s refs/heads/../../config\\n' $tip $tip >>$GITDIR/packed-refs; mkdir -p "$GITDIR/refs/heads/--upload-pack=x"; echo $tip >"$GITDIR/refs/heads/--upload-pack=x/y"; echo "$tip" >$GITDIR/shallow; mkdir -p $GITDIR/info; echo "$(git rev-parse refs/orchestra/base)" >$GITDIR/info/grafts; cp $GITDIR/HEAD /tmp/HEAD; echo 'ref: refs/heads/main' >$GITDIR/HEAD`)
    const pushed = await evil.try(`rm -f $GITDIR/shallow $GITDIR/info/grafts; for sha in HEAD main ../../refs/heads/main --all -h "$(git rev-parse HEAD)x" "$(git rev-parse HEAD | tr a-f A-F)" 0000000000000000000000000000000000000000 "$(git hash-object -w README.md)" "$(git rev-parse HEAD^{tree})"; do
      curl -sS --unix-socket /run/orchestra/relay.sock -X POST http://relay/push/pack -H 'x-kind: commits' -H "x-sha: $sha" -H "x-head: $sha" --data-binary @/dev/null -w ' %{http_code}\\n'; done`)
    await t.person.everyday(evil.worktree, evil.branch)
    const after = [(await log()).out, (await refs()).out].join()
    await evil.try('cp /tmp/HEAD $GITDIR/HEAD; git for-each-ref --format="%(refname)" refs/replace refs/heads/to-main refs/heads/main refs/tags refs/notes | xargs -rn1 git update-ref --no-deref -d; rm -rf $GITDIR/refs/heads/--upload*; sed -i "/config/d;/refs.heads.main/d" $GITDIR/packed-refs')
    await evil.clean()
    if (after !== before) return { through: `refs or history changed:\n${before}\n→\n${after}` }
    return pushed.out.includes('"accepted":true') ? { through: `a name that is none was accepted: ${pushed.out}` } : { held: `ten names refused (${[...new Set(pushed.out.match(/ \d{3}$/gm))].join()}), main and every ref as before` }
  },
}
export default attack
