/** What one session may use of the relay at a time. Bytes and milliseconds. Message sizes are in the contracts' limits. */
export const bounds = {
  connections: 256,
  headerBytes: 64 * 1024,
  /** A frame of the control link; more closes it. */
  linkFrame: 8 * 1024 * 1024,
  /** Frames that wait to be committed before the link is no longer read. */
  framesWaiting: 64,
  /** Reports of the relay itself that wait while the orchestrator is away; the oldest refusals go first. */
  reportsWaiting: 2000,
  streams: 16,
  streamBuffer: 1024 * 1024,
  streamFrame: 1024 * 1024,
  streamOpen: 10_000,
  modelRequests: 32,
  modelRequestsPerMinute: 300,
  /** The Messages API itself takes no more. */
  modelBody: 32 * 1024 * 1024,
  /** Request bodies held in memory: of one session, of all. The largest model request fits the first. */
  sessionBodies: 48 * 1024 * 1024,
  allBodies: 96 * 1024 * 1024,
  packSilence: 60_000,
  tunnels: 128,
  tunnelIdle: 10 * 60_000,
  asks: 32,
  /** Text of the messages that are handed over together. */
  batchText: 30_000,
  batchMessages: 50,
  callsPerMinute: 300,
} as const
