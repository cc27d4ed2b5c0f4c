/** Wires the parts of one session and keeps them until the container is asked to stop. */
import { mkdir } from 'node:fs/promises'
import type { AgentEvent, Sha } from '@orchestra/contracts'
import { link } from '@orchestra/contracts'
import { Cli } from './cli/cli.ts'
import { Delivered } from './cli/delivered.ts'
import { Delivery } from './cli/delivery.ts'
import { handleHooks } from './cli/hooks.ts'
import { openHookServer } from './cli/hookserver.ts'
import { OurTools } from './cli/ourtools.ts'
import { startPulse } from './cli/pulse.ts'
import { Questions } from './cli/questions.ts'
import { tmuxOn } from './cli/tmux.ts'
import { crashing } from './crash.ts'
import { Turn } from './cli/turn.ts'
import { toolEnv } from './env.ts'
import { gitOn } from './git/git.ts'
import { ensureGitDir } from './git/gitdir.ts'
import { Work } from './git/work.ts'
import { background, log, reasonOf } from './log.ts'
import type { Places } from './places.ts'
import { stateDir } from './places.ts'
import { claude } from './profiles/claude/index.ts'
import { openGateway } from './relay/gateway.ts'
import { Link } from './relay/link.ts'
import { relayRequest } from './relay/request.ts'
import { Spool } from './relay/spool.ts'
import { Restarts } from './cli/restarts.ts'
import { Runs } from './runs/runs.ts'
import { waitForOtherSeed, waitForSeed } from './seed.ts'
import { openTerminal } from './terminal/open.ts'
import { Ttyd } from './terminal/ttyd.ts'
import { resizesOf } from './terminal/viewers.ts'
import { startCheck } from './runs/check.ts'
import { writeUser } from './user.ts'

export const VERSION = '0.1.0'
/**
 * Looking through the work tree and packing what is there waits until the CLI has asked its model for the first time (this long
 * after the prompt's hook), so that the start has the processor to itself.
 */
const FIRST_REQUEST_MS = 500
const WATCH_AT_LATEST_MS = 15_000
const now = () => new Date().toISOString()

export type Agentd = { stop: () => Promise<void>; /** Role `check` ends by itself with the commands' outcome. */ ended: Promise<number> }

export const startAgentd = async (places: Places, stopSignal: AbortSignal): Promise<Agentd> => {
  const post = relayRequest(places.relaySocket)
  const env = toolEnv(places)
  const profile = claude(places)
  const tmux = tmuxOn(places.run, { ...env, ...profile.env })
  await Promise.all([
    places.extrausers === null ? undefined : writeUser(places.extrausers, places.home),
    mkdir(stateDir(places), { recursive: true }),
    mkdir(places.run, { recursive: true, mode: 0o700 }),
    openGateway(places.gatewayPort, places.relaySocket),
    tmux.prepare(),
  ])
  const [seed, cliVersion] = await Promise.all([waitForSeed(places.seed, stopSignal), profile.version()])
  log(`session ${seed.session}, ${seed.role}`)

  const spool = new Spool(`${stateDir(places)}/events`)
  /** The link is up before all is ready for what comes over it, messages that waited among it. */
  const early: link.ToAgent[] = []
  let onFrame: (frame: link.ToAgent) => void = (frame) => void early.push(frame)
  let onUp: () => void = () => undefined
  let onRefused: () => void = () => undefined
  const relay = new Link({ socketPath: places.relaySocket, version: VERSION, cliVersion, spool, onFrame: (f) => onFrame(f), onUp: () => onUp(), onRefused: () => onRefused() })
  const turn = new Turn(`${stateDir(places)}/turn`, profile.asks)
  const event = (e: AgentEvent) => {
    relay.event(e)
    turn.event(e)
  }
  const runsOf = (tree: () => Promise<Sha | null>) => new Runs({ cwd: places.workspace, env, post, report: (f) => relay.send(f), tree })

  if (seed.role === 'check') {
    const check = startCheck(seed, relay, runsOf(() => Promise.resolve(null)))
    onFrame = check.onFrame
    relay.start()
    return check
  }

  const git = gitOn(places)
  const prepare = () => {
    const all = Promise.all([ensureGitDir(places, git, seed), profile.prepare(seed)])
    // Whoever waits for it hears of a failure.
    all.catch(() => undefined)
    return all
  }
  let prepared = prepare()

  const work = new Work({ places, git, post, seed, onNotice: (text) => event({ type: 'notice', at: now(), text }), tell: (text) => delivery.tell(`[From: orchestra] ${text}`) })
  const questions = new Questions(post)
  let progress: Extract<link.FromAgent, { type: 'progress' }> | null = null
  const report = (step: 'setup' | 'cli' | 'ready' | 'failed', text: string) => {
    progress = { type: 'progress', step, text: text.slice(-20_000) }
    relay.send(progress)
  }
  const cli = new Cli({
    places, profile, tmux, seed,
    onStatus: (status, background) => {
      relay.send({ type: 'cli-status', status, background, at: now() })
      if (status === 'starting') {
        saidStarted = false
        ourTools.reset()
      }
      if (status === 'exited') {
        questions.withdrawAll()
        // The relay has what it was given and did not read, and says so.
        delivery.inbox('unknown')
      }
      questions.dialog(status === 'dialog', status === 'idle')
      leaveIfRefused()
      if (restartDue && status === 'idle') restartWhenIdle()
      delivery.kick()
    },
    onIdle: (since) => turn.idle(since),
    onReady: (resumed) => {
      report('ready', '')
      if (!resumed) started()
      if (resumed || seed.brief === null) watchWork()
      // After a resume the CLI does nothing until it gets a message.
      const words = turn.words()
      if (resumed && words !== null) delivery.goOn(words, turn.goesOn(seed.goOn))
      delivery.kick()
    },
    onExit: (code, lines, was) => {
      turn.cutShort()
      event({ type: 'cli.exited', at: now(), code, reason: lines.slice(-2000) })
      if (!was.ready && !cli.stopping) report('failed', `The CLI ended before it was ready (exit code ${code ?? 'unknown'}).\n${lines}`)
      else restarts.exited(code)
    },
  })
  const ourTools = new OurTools()
  let saidStarted = false
  /** A start with a new conversation has no hook that says so, which the CLI would wait for. Said before anything that it does. */
  const started = () => {
    if (saidStarted || cli.resumed) return
    saidStarted = true
    event({ type: 'cli.started', at: now(), resumed: false, conversation: seed.conversation })
  }
  let watching = false
  const watchWork = () => {
    if (watching) return
    watching = true
    background('watching the work tree', work.start())
  }
  /** The stack has gone on without this agentd's protocol: the container ends when no turn is cut off by that, and is made anew. */
  let refused = false
  let leave: () => void = () => undefined
  const leaveIfRefused = () => {
    if (!refused || cli.status === 'busy' || cli.status === 'dialog' || cli.status === 'starting') return
    refused = false
    log('ending: the relay speaks another protocol, so this container is made anew')
    leave()
  }
  let restartDue = false
  /** A turn that is under way ends first. */
  const restartWhenIdle = () => {
    restartDue = cli.status !== 'idle'
    if (!restartDue) background('restarting the CLI', cli.restart())
  }
  const restarts = new Restarts(() => cli.restart(), () => !cli.stopping)
  const delivery: Delivery = new Delivery(
    crashing('delivery', {
      inbox: () => cli.inbox(),
      post: profile.post,
      given: profile.given,
      accepted: profile.accepted,
      receipt: (messages, state, reason) => relay.send({ type: 'receipt', messages: link.Delivery.shape.message.array().parse(messages), state, reason, at: now() }),
      wanted: () => {
        if (cli.status === 'exited' && progress?.step === 'ready') restarts.wanted()
      },
    }, places),
    crashing('delivered', new Delivered(`${stateDir(places)}/delivered`), places),
  )
  const hookServer = openHookServer(places.hooksPort, handleHooks({
    profile, delivery, questions,
    toolsReady: () => ourTools.ready(),
    event: (e) => {
      started()
      event(e)
      if (e.type === 'prompt') setTimeout(watchWork, FIRST_REQUEST_MS)
    },
  }))
  const runs = runsOf(() => (seed.role === 'executor' ? work.tree() : Promise.resolve(null)))
  const ttyd = new Ttyd(places.run, env)
  const resizes = resizesOf(tmux)

  const startCli = async () => {
    report('cli', '')
    await Promise.all([prepared, hookServer])
    await cli.start()
    setTimeout(watchWork, WATCH_AT_LATEST_MS)
  }
  const setUp = async (id: NonNullable<link.Seed['setupRun']>, command: string) => {
    report('setup', command)
    await prepared
    watchWork()
    const result = await runs.run(id, [command])
    if (result?.passed === true) await startCli()
    else if (result !== null) report('failed', result.tail)
  }
  /** A start that failed goes over again when the orchestrator writes another seed. */
  const begin = async (): Promise<void> => {
    for (let known = structuredClone(seed); ; ) {
      await (seed.setupCommand !== null && seed.setupRun !== null ? setUp(seed.setupRun, seed.setupCommand) : startCli()).catch((error: unknown) => report('failed', reasonOf(error)))
      do known = await waitForOtherSeed(places.seed, known, stopSignal)
      while (progress?.step !== 'failed')
      Object.assign(seed, known)
      log('another seed: starting over')
      prepared = prepare()
    }
  }
  onUp = () => {
    delivery.inbox('unknown')
    if (progress !== null) relay.send(progress)
    relay.send({ type: 'cli-status', status: cli.status, background: cli.background, at: now() })
  }
  onFrame = (frame) => {
    switch (frame.type) {
      case 'deliver': return delivery.deliver(frame.deliveries)
      case 'inbox': return delivery.inbox(frame.state)
      case 'interrupt':
        questions.withdrawAll()
        return background('interrupt', cli.interrupt().then((over) => event(over ? { type: 'turn.failed', at: now(), error: 'interrupted', text: 'Interrupted.' } : { type: 'notice', at: now(), text: 'The turn did not end after three tries to interrupt it.' })))
      case 'open-stream': return background('opening a terminal', openTerminal({ places, tmux, ttyd, resizes }, frame))
      case 'run': {
        // The setup command tried again: the session starts when it passes.
        const isSetup = cli.status === 'exited' && progress?.step === 'failed' && frame.command === seed.setupCommand
        return background('a run', isSetup ? setUp(frame.id, frame.command) : runs.run(frame.id, [frame.command]))
      }
      case 'run-cancel': return runs.cancel(frame.id)
      case 'sync': return work.sync()
      case 'branch': return background('following the branch', prepared.then(() => work.follow(frame.branch, frame.tip)))
      case 'refs': return background('setting refs', prepared.then(() => work.showRefs(frame.refs)))
      case 'tools-listed': return ourTools.listed(frame.tookMs)
      case 'permission-mode': {
        seed.permissionMode = frame.mode
        return background('changing the permission mode', profile.prepare(seed).then(restartWhenIdle))
      }
      // The link's own business.
      case 'welcome':
      case 'events-ack':
    }
  }

  for (const frame of early.splice(0)) onFrame(frame)

  const pulse = startPulse(tmux, 'cli', (terminalAt) => relay.send({ type: 'pulse', terminalAt }))
  begin().catch((error: unknown) => {
    if (!stopSignal.aborted) throw error
  })
  relay.start()

  onRefused = () => {
    refused = true
    leaveIfRefused()
  }

  const stop = async () => {
    pulse.stop()
    runs.cancelAll()
    await cli.end()
    await Promise.race([work.stop(), new Promise((resolve) => setTimeout(resolve, 3000))])
    await relay.flush(1500)
    await tmux.kill()
    relay.close()
  }
  const ended = new Promise<number>((resolve) => {
    leave = () => void stop().finally(() => resolve(link.MADE_ANEW))
  })
  return { ended, stop }
}
