/** Claude Code's settings, such that it starts without any dialog and reports everything to loopback. */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import type { link } from '@orchestra/contracts'
import { textIn, tryJson } from '../../files.ts'
import type { Places } from '../../places.ts'

/** Stands in for a credential that only the relay holds. The CLI wants it approved by its last 20 characters. */
export const DUMMY_KEY = 'sk-ant-orchestra-no-credential-in-this-container-0000'
/** Seconds. A held question waits as long as a person needs. */
const HELD = 86_400
const QUICK = 30

const QUICK_HOOKS = ['UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'PostToolUseFailure', 'MessageDisplay', 'Stop', 'StopFailure', 'Notification', 'PreCompact', 'SessionEnd'] as const
/** Beside the dialog that stands in the terminal meanwhile, also for the CLI's own questions and with every permission granted. */
const HELD_HOOKS = ['PermissionRequest'] as const

const hooks = (places: Places) => {
  const url = `http://127.0.0.1:${places.hooksPort}/hook`
  const http = (timeout: number) => [{ hooks: [{ type: 'http', url, timeout }] }]
  // Over http SessionStart does not fire. A first start waits for no process: agentd sees it by the CLI's own record.
  const started = [{ matcher: 'resume|clear|compact', hooks: [{ type: 'command', command: `curl -s -m 5 --noproxy '*' --data-binary @- ${url}`, timeout: QUICK }] }]
  return {
    SessionStart: started,
    ...Object.fromEntries(QUICK_HOOKS.map((name) => [name, http(QUICK)])),
    ...Object.fromEntries(HELD_HOOKS.map((name) => [name, http(HELD)])),
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const readObject = async (path: string): Promise<Record<string, unknown>> => {
  // Cut short by a kill, or broken by the agent: the CLI could not read it either.
  const value = tryJson((await textIn(path)) ?? '')
  return isObject(value) ? value : {}
}

const writeJson = async (path: string, value: unknown): Promise<void> => {
  await writeFile(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

export const mcpConfigPath = (places: Places) => `${places.home}/.orchestra/mcp.json`
export const settingsPath = (places: Places) => `${places.home}/.orchestra/settings.json`

export const writeSettings = async (places: Places, seed: link.Seed): Promise<void> => {
  await Promise.all(['.claude', '.orchestra'].map((folder) => mkdir(`${places.home}/${folder}`, { recursive: true })))
  const mode = seed.permissionMode === 'bypass' ? 'bypassPermissions' : 'default'
  const ours = {
    skipDangerousModePermissionPrompt: true,
    disableAutoMode: 'disable',
    crossSessionInbound: 'accept',
    enableAllProjectMcpServers: true,
    // Conversations are kept for as long as the session's volume is.
    cleanupPeriodDays: 3650,
    permissions: { defaultMode: mode, allow: ['mcp__orchestra'] },
  }
  // Given on the command line, above what a project's own settings say.
  const given = { disableAllHooks: false, crossSessionInbound: 'accept', disableAutoMode: 'disable', permissions: { defaultMode: mode }, hooks: hooks(places) }
  const mcp = { mcpServers: { orchestra: { type: 'http', url: `http://127.0.0.1:${places.gatewayPort}/mcp`, alwaysLoad: true } } }
  const userPath = `${places.home}/.claude/settings.json`
  await Promise.all([
    readObject(userPath).then((theirs) => writeJson(userPath, { ...theirs, ...ours })),
    writeJson(settingsPath(places), given), writeJson(mcpConfigPath(places), mcp), writeState(places),
  ])
}

const writeState = async (places: Places): Promise<void> => {
  const path = `${places.home}/.claude.json`
  const state = await readObject(path)
  const projects = isObject(state['projects']) ? state['projects'] : {}
  const known = projects[places.workspace]
  await writeJson(path, {
    theme: 'dark',
    ...state,
    hasCompletedOnboarding: true,
    customApiKeyResponses: { approved: [DUMMY_KEY.slice(-20)], rejected: [] },
    projects: {
      ...projects,
      [places.workspace]: {
        ...(isObject(known) ? known : {}),
        hasTrustDialogAccepted: true,
        hasCompletedProjectOnboarding: true,
        hasClaudeMdExternalIncludesApproved: true,
        hasClaudeMdExternalIncludesWarningShown: true,
      },
    },
  })
}
