/** Containers, as the engine needs them: the spawner's verbs. One adapter: adapters/spawner (HTTP on the UNIX socket). */
import type { Readable } from 'node:stream'
import type { ContainerFact, EngineFacts, ImageRegistries, ProjectId, Resources, Result, Role, RunId, SessionId, Sha } from '@orchestra/contracts'

export interface Runtime {
  ensure(spec: { project: ProjectId; session: SessionId; role: Role; resources: Resources; paired: boolean; covers: string[]; /** version of the coding CLI; null: the image's own */ cli: string | null }): Promise<Result<ContainerFact>>
  /** SIGTERM, and SIGKILL after the grace, 10 s unless given. */
  stop(session: SessionId, graceSeconds?: number): Promise<Result<ContainerFact>>
  pause(session: SessionId): Promise<Result<ContainerFact>>
  unpause(session: SessionId): Promise<Result<ContainerFact>>
  remove(session: SessionId, volumes: boolean): Promise<Result<void>>
  list(): Promise<Result<{ containers: ContainerFact[]; volumes: SessionId[] }>>
  logs(session: SessionId, lines: number): Promise<string>
  buildImage(spec: { project: ProjectId; run: RunId; dockerfile: string }, onLog: (chunk: Buffer) => void): Promise<Result<{ image: string }>>
  /** Commits of a session whose container is gone: an untrusted thin pack against `known`, as an agent's push. */
  rescue(spec: { project: ProjectId; session: SessionId; known: Sha[] }): Promise<Result<{ tip: Sha; pack: Readable }>>
  /** Its uncommitted work, the same way: a snapshot commit on its HEAD. */
  rescueSnapshot(spec: { project: ProjectId; session: SessionId; known: Sha[] }): Promise<Result<{ sha: Sha; head: Sha; pack: Readable }>>
  /** What the package managers in the project's image fetch from; asked once per image. */
  registries(project: ProjectId): Promise<Result<ImageRegistries>>
  /** Bytes of each session's volumes, measured now. */
  disk(): Promise<Result<{ sizes: { session: SessionId; bytes: number }[] }>>
  engine(): Promise<Result<EngineFacts>>
  /** Hints only; reconnects by itself. Returns the stopper. */
  watch(onFact: (fact: ContainerFact) => void): () => void
}
