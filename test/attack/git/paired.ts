import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { untilHolds } from '../../e2e/shell.ts'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { commit, plant, quietGit } from './_work.ts'

/** Each is a line of bash; its standard output says what it reached, and is nothing where it was refused. `$before`: what stands in the mirror. */
const onTheMirror = [
  'touch /source/evil && echo "wrote a file"', 'mkdir /source/.git && echo "made .git"', 'echo evil >>/source/README.md && echo "changed a file"', 'rm -f /source/README.md && echo "removed a file"', 'mv /source/README.md /source/x && echo "renamed a file"', 'chmod 777 /source/README.md && echo "changed a mode"',
  'ln -sfn /etc /source/etc && echo "made a link"', 'ln /source/README.md /workspace/hard && echo "made a hard link"', 'mount -o remount,rw /source && echo "mounted it anew"', 'umount /source && echo "took it away"',
  'python3 -c "import os; os.close(os.open(\'/proc/self/fd/\' + str(os.open(\'/source/README.md\', os.O_RDONLY)), os.O_RDWR)); print(\'opened it for writing\')"',
  'git init -q /source && echo "made a repository"', `${quietGit} --git-dir=$GITDIR --work-tree=/source checkout -f HEAD -- . && echo "checked out over it"`, `${quietGit} --git-dir=$GITDIR --work-tree=/source clean -ffdxq && test ! -e /source/README.md && echo "cleaned it"`, `${quietGit} worktree add -f /source/tree HEAD && echo "made a worktree"`,
  'git -C /source rev-parse --absolute-git-dir 2>/dev/null | grep -v "^/orchestra/git$"', 'cat /source/.env && echo "read an ignored file"', 'find /source -xdev \\( -name .env -o -name "*.key" \\) | head -3', 'find / -xdev -name hook-log 2>/dev/null | head -3', 'cat /source/.git/config | grep -i hookspath', 'ls /proc/1/root/source/../.git/refs',
]

const attack: Attack = {
  tries: "from a session that is paired with the person's checkout: writes, links, mounts and git in the mirror of it, ignored files and .git; then has its changes applied to the checkout: attributes that name drivers, a link into .git and, after it was taken back, a file below that link's name, names that are options or paths",
  success: 'anything in the mirror was changed, something of the checkout was read that git ignores, a program of the agent ran on the host, or the checkout is not as it was once the changes are taken back',
  run: async (t) => {
    const evil = await t.agent('paired')
    const row = async () => (await t.person.state()).sessions.find((s) => s.id === evil.session)
    if ((await row())?.paired !== true) await t.person.command('session.pair', { session: evil.session, paired: true })
    await untilHolds(60_000, async () => ((await evil.try('test -e /source/README.md')).code === 0 && (await row())?.status === 'idle' ? null : `the mirror is not there: ${(await row())?.statusText ?? ''}`))
    const unapply = () => t.person.send('POST', '/api/commands/session.unapply', { input: { session: evil.session } })
    const mark = Date.now()
    const draft = `draft of the person ${mark}`
    const status = async (): Promise<string> => (await t.person.git(t.project, 'status', '--porcelain', '--untracked-files=all')).out
    const before = await status()
    try {
      need((await t.person.sh(t.project, `printf '%s\\n' '${draft}' >draft.txt`)).code === 0, 'the person could not write')
      await untilHolds(15_000, async () => ((await evil.try('cat /source/draft.txt')).out.includes(draft) ? null : "the mirror does not follow the person's checkout"))
      const look = 'find /source -printf "%p %m %s %y %l\\n" | sort | sha1sum'
      const was = await evil.sh(look)
      const reached = (await evil.sh(`set +e\n${onTheMirror.map((line) => `( ${line} ) 2>/dev/null`).join('\n')}\ntrue`)).trim()
      if (reached !== '') return { through: reached.split('\n').slice(0, 4).join('; ') }
      if ((await evil.sh(look)) !== was) return { through: 'the mirror is not what it was' }

      const applied: string[] = []
      const apply = async (what: string): Promise<string | null> => {
        await commit(evil, what)
        const pushed = await evil.push()
        if (!pushed.accepted) return `${what}, refused at import: ${pushed.reason}`
        // agentd tells it in its own time; what is applied is what the page shows.
        await untilHolds(30_000, async () => ((await (await t.person.get(`/api/sessions/${evil.session}/diff`)).text()).includes(`round-${applied.length}-${mark}`) ? null : `${what} did not come to the page`))
        const reply = await t.person.send('POST', '/api/commands/session.apply', { input: { session: evil.session } })
        if (!reply.ok) return `${what}, refused: ${((await reply.json()) as { problem: { message: string } }).problem.message.slice(0, 160)}`
        for (const args of [['status'], ['diff'], ['diff', '--cached'], ['add', '-A'], ['stash', 'list'], ['log', '-p', '-2'], ['grep', 'one']]) await t.person.git(t.project, ...args)
        return null
      }
      const takeBack = async (): Promise<void> => {
        const reply = await unapply()
        need(reply.ok, `the changes could not be taken back: ${await reply.text()}`)
      }
      const round = async (what: string, script: string): Promise<void> => {
        const program = await plant(t, evil)
        await evil.sh(`${script.replaceAll('PROGRAM', program)}\nprintf x >round-${applied.length}-${mark}`)
        const refused = await apply(what)
        applied.push(refused ?? what)
        if (refused === null) await takeBack()
      }
      await round('attributes and names', `for k in filter.x.clean filter.x.smudge diff.x.textconv diff.x.command merge.x.driver core.fsmonitor core.sshCommand; do git config $k PROGRAM; done
        printf '* filter=x diff=x merge=x\\n' >.gitattributes; printf '[core]\\n fsmonitor = PROGRAM\\n' >.gitconfig; printf 'x\\n' >-rf; printf 'x\\n' >':(top)x'; printf 'changed\\n' >>README.md`)
      await round('a link into .git', 'ln -sfn .git sub; ln -sfn ../../../../../../../../../etc etc; ln -sfn .git/config README.link')
      await round('files below what was a link', "rm -rf sub etc README.link; mkdir -p sub etc; printf '[core]\\n fsmonitor = PROGRAM\\n' >sub/config; printf evil >etc/evil")
      need(applied[0] === 'attributes and names', `nothing was applied: ${applied[0] ?? ''}`)
      if (existsSync(join(t.project, '.git/evil'))) return { through: 'a file of the agent stands in .git' }
      const after = await status()
      const mine = after.split('\n').filter((line) => !line.includes('draft.txt') && !before.split('\n').includes(line))
      if (mine.length > 0) return { through: `the checkout has what it had not: ${mine.slice(0, 3).join('; ')}` }
      return { held: `${onTheMirror.length} tries on the mirror came to nothing; applied and taken back: ${applied.join('; ')}` }
    } finally {
      // What was left applied by an attack that could not go on.
      await t.person.sh(t.project, 'rm -f draft.txt; git add -A')
      await unapply()
      await evil.clean()
    }
  },
}
export default attack
