/** Bounds on what anybody may send, in one place. Bytes unless said otherwise. */
export const limits = {
  messageText: 32 * 1024,
  titleChars: 200,
  questionOptions: 9,
  hookEvent: 256 * 1024,
  httpBody: 1024 * 1024,
  pack: 512 * 1024 * 1024,
  snapshotPack: 256 * 1024 * 1024,
  /** One file of an agent's commit, and all that a push of commits brings, as they are written to a disk: packs are small, what they unpack to need not be. */
  unpackedFile: 256 * 1024 * 1024,
  unpacked: 2 * 1024 * 1024 * 1024,
  logPerRun: 8 * 1024 * 1024,
  terminalFrame: 64 * 1024,
  /** Messages that a session may send in a minute before it is refused. */
  messagesPerMinute: 60,
  /** Messages between sessions in a row without a word of a person; the next one is refused until a person says something. */
  messageHops: 60,
} as const
