/** The rows that the page renders and that the API returns. The server derives every status; a client never infers one. */
export * from './session-view.ts'
export * from './message-view.ts'
export * from './merge-view.ts'
export * from './reading-view.ts'
export * from './project-view.ts'
