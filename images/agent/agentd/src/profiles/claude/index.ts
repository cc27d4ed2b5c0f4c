/** Claude Code as a profile. Every fact that this folder leans on has a test in test/cli-contract. */
import { run } from '../../process.ts'
import { stateDir } from '../../places.ts'
import type { Places } from '../../places.ts'
import type { Profile } from '../profile.ts'
import { answeredCalls } from './answered.ts'
import { openCalls } from './calls.ts'
import { givenIn } from './given.ts'
import { HookInput, displayJoiner, isQuestionTool, toHook } from './hookinput.ts'
import { postText, readRecord, timesEnqueued } from './inbox.ts'
import { replies } from './replies.ts'
import { DUMMY_KEY, writeSettings } from './settings.ts'
import { transcriptFolder, writeScript } from './start.ts'

/** Milliseconds: a question of ours may be held for hours. */
const TOOL_TIMEOUT_MS = 24 * 3600 * 1000

export const claude = (places: Places): Profile => {
  const join = displayJoiner()
  const calls = openCalls()
  const answered = answeredCalls(`${stateDir(places)}/answered`)
  const given = givenIn(transcriptFolder(places), answered.of)
  return {
    // The image says it: asking the CLI would cost a tenth of a second of every start.
    version: async () => process.env['ORCHESTRA_CLI_VERSION'] ?? (await run('claude', ['--version'], { env: { PATH: process.env['PATH'], HOME: places.home } })).stdout.toString('utf8').trim().slice(0, 60),
    env: {
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${places.gatewayPort}/llm`,
      ANTHROPIC_API_KEY: DUMMY_KEY,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      // Not covered by the two above: fetched from a download host at the first start, its refusal would stand in every timeline.
      CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
      MCP_TOOL_TIMEOUT: String(TOOL_TIMEOUT_MS),
      // By default a connection is given up after 30 s, which a busy machine may take. (No setting makes a CLI in a terminal wait for
      // its tools before a first prompt: cli/ourtools.ts does.)
      MCP_TIMEOUT: '120000',
      // A held question is neither idle nor to be moved to the background.
      CLAUDE_CODE_MCP_TOOL_IDLE_TIMEOUT: '0',
      CLAUDE_CODE_MCP_AUTO_BACKGROUND_MS: '0',
      ...(process.getuid?.() === 0 ? { IS_SANDBOX: '1' } : {}),
    },
    prepare: (seed) => writeSettings(places, seed),
    script: (seed) => writeScript(places, seed),
    readHook: (body, now) => {
      const input = HookInput.safeParse(body)
      if (!input.success) return null
      const { hook_event_name: name, tool_use_id: call, tool_name: tool, tool_input: what } = input.data
      if (name === 'PreToolUse') calls.begun(call, tool, what)
      if (name.startsWith('PostToolUse')) calls.ended(call)
      return toHook(input.data, name === 'MessageDisplay' ? join(input.data) : null, calls.asked, now)
    },
    reply: replies,
    asks: isQuestionTool,
    record: (pid) => readRecord(places, pid),
    recordFolder: `${places.home}/.claude/sessions`,
    post: postText,
    given,
    answeredWith: answered,
    accepted: (conversation, text, since) => timesEnqueued(places, conversation, text, since),
  }
}
