/** Runs a command as everything does that agentd starts: with its environment, behind its gateway. For packages.itest.ts. */
import { spawn } from 'node:child_process'
import { toolEnv } from '../../images/agent/agentd/src/env.ts'
import { inContainer } from '../../images/agent/agentd/src/places.ts'
import { openGateway } from '../../images/agent/agentd/src/relay/gateway.ts'

await openGateway(inContainer.gatewayPort, inContainer.relaySocket)
spawn('sh', ['-c', process.argv[2] ?? ''], { stdio: 'inherit', cwd: '/tmp', env: { ...toolEnv(inContainer), HOME: '/tmp' } }).once('exit', (code) => process.exit(code ?? 1))
