/**
 * What every git process of ours runs under: an environment made from nothing, and configuration that outranks a repository's.
 *
 * Settings travel as GIT_CONFIG_KEY_n, never as `-c name=value`: a driver's name may hold an equals sign.
 */
export type Setting = readonly [key: string, value: string]

/** Tree without entries; known to every git without being stored. As attribute source it switches attributes in trees off (git ≥ 2.41). */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/** Events that git may run hooks for; newer git lets configuration define them beside the hooks folder. */
const hookEvents = [
  'applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-commit', 'pre-merge-commit', 'prepare-commit-msg', 'commit-msg',
  'post-commit', 'pre-rebase', 'post-checkout', 'post-merge', 'pre-push', 'pre-receive', 'update', 'proc-receive', 'post-receive',
  'post-update', 'reference-transaction', 'push-to-checkout', 'pre-auto-gc', 'post-rewrite', 'sendemail-validate',
  'fsmonitor-watchman', 'p4-changelist', 'p4-prepare-changelist', 'p4-post-changelist', 'p4-pre-submit', 'post-index-change',
]

const settings: Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ...hookEvents.map((e): Setting => [`hook.${e}.enabled`, 'false']),
  ['core.fsmonitor', 'false'],
  ['core.untrackedCache', 'false'],
  ['core.splitIndex', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.excludesFile', '/dev/null'],
  ['core.sshCommand', '/bin/false'],
  ['core.askPass', '/bin/false'],
  ['core.alternateRefsCommand', '/bin/false'],
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  ['core.quotePath', 'false'],
  // Above it a file is binary to a diff, and is not taken into memory whole.
  ['core.bigFileThreshold', '20m'],
  ['core.fsync', 'committed,loose-object'],
  ['core.fsyncMethod', 'batch'],
  ['credential.helper', ''],
  ['diff.external', ''],
  ['diff.ignoreSubmodules', 'all'],
  ['submodule.recurse', 'false'],
  ['status.submoduleSummary', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['protocol.allow', 'never'],
  ['protocol.ext.allow', 'never'],
  ['gpg.program', '/bin/false'],
  ['gpg.ssh.program', '/bin/false'],
  ['log.showSignature', 'false'],
  ['commit.gpgSign', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['safe.bareRepository', 'explicit'],
  ['advice.graftFileDeprecated', 'false'],
  ['worktree.useRelativePaths', 'false'],
  ['index.threads', '1'],
  ['pack.threads', '1'],
]

const environment: Record<string, string> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/nonexistent',
  XDG_CONFIG_HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '/bin/false',
  SSH_ASKPASS: '/bin/false',
  GIT_SSH_COMMAND: '/bin/false',
  GIT_PAGER: 'cat',
  GIT_EDITOR: '/bin/false',
  GIT_SEQUENCE_EDITOR: '/bin/false',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_LFS_SKIP_SMUDGE: '1',
  GIT_PROTOCOL_FROM_USER: '0',
  GIT_DEFAULT_HASH: 'sha1',
  GIT_DEFAULT_REF_FORMAT: 'files',
  GIT_LITERAL_PATHSPECS: '1',
  LC_ALL: 'C',
}

/** Arguments before the subcommand. */
export const globalArgs = ['--no-pager']

/** The whole environment of one process. `extra` settings come last and therefore win. */
export const hardenedEnv = (vars: Record<string, string>, extra: readonly Setting[]): Record<string, string> => {
  const all = [...settings, ...extra]
  const env: Record<string, string> = { ...environment, ...vars, GIT_CONFIG_COUNT: String(all.length) }
  all.forEach(([key, value], i) => {
    env[`GIT_CONFIG_KEY_${i}`] = key
    env[`GIT_CONFIG_VALUE_${i}`] = value
  })
  return env
}

/**
 * Settings that take every program which a repository's own configuration names out of play.
 * A filter without command passes content through. A merge driver becomes one that fails, because an empty one makes git
 * give up and one that succeeds would silently keep one side: a path that has a driver becomes a conflict.
 */
export const blanked = (keys: Iterable<string>): Setting[] => {
  const out = new Map<string, string>()
  for (const key of keys) {
    const m = /^(filter|merge|diff|hook)\.(.+)\.[^.]+$/s.exec(key)
    if (!m) continue
    const [, section, name] = m
    if (section === 'filter') {
      for (const k of ['clean', 'smudge', 'process']) out.set(`filter.${name}.${k}`, '')
      out.set(`filter.${name}.required`, 'false')
    } else if (section === 'merge') out.set(`merge.${name}.driver`, '/bin/false')
    else if (section === 'hook') out.set(`hook.${name}.enabled`, 'false')
    else if (key.endsWith('.command') || key.endsWith('.textconv')) out.set(`diff.${name}.${key.slice(key.lastIndexOf('.') + 1)}`, '')
  }
  return [...out]
}
