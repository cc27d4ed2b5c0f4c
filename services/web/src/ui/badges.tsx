import { Chip, type ChipTone } from './controls.tsx'
import { oneLine } from './text.ts'

/** What a badge of a session means for who reviews it. One that is not named here is shown as it is. */
const known: Record<string, { tone: ChipTone; title: string }> = {
  diverged: { tone: 'ask', title: 'The host’s branch and the agent’s went different ways: its newer commits are pinned and offered, nothing was overwritten' },
  'import waiting': { tone: 'ask', title: 'Its commits wait until your merge, rebase or bisect is over' },
  'worktree missing': { tone: 'error', title: 'Its folder is gone; Rebuild makes it anew' },
  'gitfile changed': { tone: 'error', title: 'The .git of its worktree was replaced: it is paused until the worktree is rebuilt' },
  'nested repository': { tone: 'drift', title: 'It holds a repository inside the repository: git would run that one’s hooks and settings' },
  submodule: { tone: 'drift', title: 'Its commits add or change a submodule: look at where it points' },
  symlink: { tone: 'drift', title: 'Its commits add or change a symbolic link: look at where it points' },
  gitattributes: { tone: 'drift', title: 'Its commits change .gitattributes: filters run programs' },
  gitmodules: { tone: 'drift', title: 'Its commits change .gitmodules: look at the addresses' },
  hook: { tone: 'drift', title: 'Its commits change what runs as a git hook' },
  ci: { tone: 'drift', title: 'Its commits change what your CI runs' },
}

export const Badges = ({ badges }: { badges: string[] }) => (
  <>
    {badges.filter((b) => !b.startsWith('cli ')).map((b) => {
      const look = Object.hasOwn(known, b) ? known[b] : undefined
      return <Chip key={b} tone={look?.tone ?? 'plain'} title={look?.title}>{oneLine(b)}</Chip>
    })}
  </>
)
