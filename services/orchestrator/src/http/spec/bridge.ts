/**
 * Keeps the shared text of the spec editor and the spec's file the same, with nobody's edits lost.
 *
 * The file is treated as one more replica: `replica` is the document as the file last had it. What somebody writes into the file
 * becomes edits of the replica, and those merge into the shared document as concurrent edits do, wherever the people have typed
 * meanwhile. Only the server does this: two clients that each fold the same write would write it twice.
 */
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { serial } from '@orchestra/contracts'
import type { Actor, Problem } from '@orchestra/contracts'
import type { Engine } from '../../ports/engine.ts'
import { rewrite } from './edits.ts'
import type { SpecStore } from './store.ts'

export const SPEC_TEXT = 'text'
/** Origin of edits that came from the file: they are outside of a person's undo. */
export const FILE_ORIGIN = 'agent'
/** A write that keeps losing against others is given back as a problem after this many merges; the next edit tries again. */
const tries = 10

export type SpecFile = Pick<Engine, 'readSpec' | 'writeSpec'>

/** One per installation. A document that left memory stays joined to the file until the next is loaded: its history goes on. */
export class SpecBridge {
  readonly #file: SpecFile
  readonly #store: SpecStore
  #replica = new Doc()
  #shared: Doc | null = null
  #revision = ''
  /** The file has Windows line ends; the editor works with plain ones. */
  #crlf = false
  /** One thing at a time: reads, writes and merges never interleave. */
  readonly #inTurn = serial()

  constructor(file: SpecFile, store: SpecStore) {
    this.#file = file
    this.#store = store
  }

  /** Fills a fresh document with its history and what the file says now. */
  load(shared: Doc): Promise<void> {
    return this.#inTurn(async () => {
      const history = await this.#store.load()
      this.#replica = new Doc()
      if (history) {
        applyUpdate(this.#replica, history.file)
        applyUpdate(shared, history.shared)
      }
      this.#shared = shared
      this.#revision = ''
      await this.#pull(shared)
    })
  }

  /** The file may have changed: folds what is new into the shared document. */
  fileChanged(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#shared) await this.#pull(this.#shared)
    })
  }

  /** Writes the shared text into the file; merges first where somebody else wrote meanwhile. Null when it is written. */
  save(by: Actor): Promise<Problem | null> {
    return this.#inTurn(async () => (this.#shared ? this.#push(this.#shared, by) : null))
  }

  async #pull(shared: Doc): Promise<void> {
    const { text, revision } = await this.#file.readSpec()
    if (revision === this.#revision && revision !== '') return
    this.#crlf = text.includes('\r\n')
    const plain = text.replaceAll('\r\n', '\n')
    if (plain === textOf(shared)) this.#catchUp(shared)
    else {
      this.#replica.transact(() => rewrite(this.#replica.getText(SPEC_TEXT), plain))
      applyUpdate(shared, encodeStateAsUpdate(this.#replica, encodeStateVector(shared)), FILE_ORIGIN)
    }
    this.#revision = revision
    await this.#remember(shared)
  }

  async #push(shared: Doc, by: Actor): Promise<Problem | null> {
    let last: Problem | null = null
    for (let i = 0; i < tries; i += 1) {
      const text = textOf(shared)
      if (text === textOf(this.#replica)) {
        this.#catchUp(shared)
        await this.#remember(shared)
        return null
      }
      // Remembered first: after a crash on either side of the write both edits are known, and which of them the file has.
      await this.#remember(shared)
      const written = encodeStateAsUpdate(shared, encodeStateVector(this.#replica))
      const result = await this.#file.writeSpec(this.#crlf ? text.replaceAll('\n', '\r\n') : text, this.#revision === '' ? null : this.#revision, by)
      if (result.ok) {
        applyUpdate(this.#replica, written)
        this.#revision = result.value.revision
        await this.#remember(shared)
        return null
      }
      last = result.problem
      if (last.code !== 'spec_conflict') return last
      await this.#pull(shared)
    }
    return last
  }

  #catchUp(shared: Doc): void {
    applyUpdate(this.#replica, encodeStateAsUpdate(shared, encodeStateVector(this.#replica)))
  }

  #remember(shared: Doc): Promise<void> {
    return this.#store.save({ file: encodeStateAsUpdate(this.#replica), shared: encodeStateAsUpdate(shared) })
  }
}

const textOf = (doc: Doc): string => doc.getText(SPEC_TEXT).toString()
