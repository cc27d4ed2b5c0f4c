/** What compose tells the spawner. Everything that decides a mount or an image comes from here, never from a caller. */
import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, normalize } from 'node:path'
import { servicePaths } from '@orchestra/contracts'
import { z } from 'zod'

const AbsolutePath = z.string().refine((p) => isAbsolute(p) && normalize(p) === p, 'must be an absolute path without "." or ".."')

const Environment = z.object({
  /** Compose's project name: prefix and label of all that is ours. */
  ORCHESTRA_INSTALL: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,80}$/),
  ORCHESTRA_PROJECT_DIR: AbsolutePath,
  ORCHESTRA_HOME: AbsolutePath,
  ORCHESTRA_AGENT_IMAGE: z.string().min(1),
  /** Host path of a CA bundle that agents trust; empty: what their image trusts. */
  ORCHESTRA_HOST_CA: z.union([z.literal(''), AbsolutePath]).default(''),
  ORCHESTRA_STATE: AbsolutePath.default('/var/lib/spawner'),
  ORCHESTRA_SPAWNER_SOCKET: AbsolutePath.default(servicePaths.spawnerSocket),
  ORCHESTRA_OWNER_FILE: AbsolutePath.default('/run/secrets/owner'),
  /** The operator's own package registries, for agents; empty: what their image's tools name. */
  ORCHESTRA_NPM_REGISTRY: z.string().default(''),
  ORCHESTRA_PIP_INDEX: z.string().default(''),
  ORCHESTRA_GOPROXY: z.string().default(''),
  /** A folder of the volume `spawner-state`, set by tests that let this service die at a named point. */
  ORCHESTRA_CRASHPOINTS: z.union([z.literal(''), AbsolutePath]).default(''),
  /** The same for agentd, which reads it in its seed folder: only the orchestrator writes there. */
  ORCHESTRA_AGENT_CRASHPOINTS: z.string().default(''),
  DOCKER_SOCKET: AbsolutePath.default('/var/run/docker.sock'),
  /** For builds of project images, as the host has them. */
  HTTP_PROXY: z.string().default(''),
  HTTPS_PROXY: z.string().default(''),
  NO_PROXY: z.string().default(''),
})

export type Owner = { uid: number; gid: number }

export type Config = {
  install: string
  projectDir: string
  home: string
  agentImage: string
  hostCa: string | null
  stateDir: string
  socket: string
  dockerSocket: string
  owner: Owner
  buildArgs: Record<string, string>
  /** Variables, as `NAME=value`, by which an agent's tools find the operator's registries. */
  registries: string[]
  crashpoints: string | null
  agentCrashpoints: boolean
}

/** The project's owner: what the init service wrote ("uid gid"), else who owns the project folder. */
const ownerOf = (file: string, projectDir: string): Owner => {
  try {
    const [uid, gid] = readFileSync(file, 'utf8').trim().split(' ').map(Number)
    return z.object({ uid: z.number().int().min(0), gid: z.number().int().min(0) }).parse({ uid, gid })
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'ENOENT') throw new Error(`${file} does not hold "uid gid"`, { cause: e })
    const { uid, gid } = statSync(projectDir)
    return { uid, gid }
  }
}

/** A name and password in an address stay here: agents get none. */
const withoutSecret = (addresses: string): string => addresses.replace(/(https?:\/\/)[^/@\s]*@/gi, '$1')

/** Throws with the name of what is missing: a stack that is set up wrongly must not start. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const e = Environment.parse(env)
  const buildArgs = Object.fromEntries(
    Object.entries({ HTTP_PROXY: e.HTTP_PROXY, HTTPS_PROXY: e.HTTPS_PROXY, NO_PROXY: e.NO_PROXY }).filter(([, v]) => v !== ''))
  const registries = Object.entries({ npm_config_registry: e.ORCHESTRA_NPM_REGISTRY, PIP_INDEX_URL: e.ORCHESTRA_PIP_INDEX, GOPROXY: e.ORCHESTRA_GOPROXY })
  return {
    install: e.ORCHESTRA_INSTALL,
    projectDir: e.ORCHESTRA_PROJECT_DIR,
    home: e.ORCHESTRA_HOME,
    agentImage: e.ORCHESTRA_AGENT_IMAGE,
    hostCa: e.ORCHESTRA_HOST_CA === '' ? null : e.ORCHESTRA_HOST_CA,
    stateDir: e.ORCHESTRA_STATE,
    socket: e.ORCHESTRA_SPAWNER_SOCKET,
    dockerSocket: e.DOCKER_SOCKET,
    owner: ownerOf(e.ORCHESTRA_OWNER_FILE, e.ORCHESTRA_PROJECT_DIR),
    buildArgs,
    registries: registries.filter(([, value]) => value !== '').map(([name, value]) => `${name}=${withoutSecret(value)}`),
    crashpoints: e.ORCHESTRA_CRASHPOINTS || null,
    agentCrashpoints: e.ORCHESTRA_AGENT_CRASHPOINTS !== '',
  }
}
