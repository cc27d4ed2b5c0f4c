import { useEffect, useState } from 'react'
import type { CommandReply } from '@orchestra/contracts'
import { act } from '../../act.ts'
import { go, placeOf } from '../../app/nav.ts'
import { useUi } from '../../ui-store.ts'
import { Button } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { oneLine, visible } from '../../ui/text.ts'

/** Asks first what would be lost and shows it; nothing is deleted before a second yes, and that can be undone. */
export const DeleteDialog = ({ session }: { session: string }) => {
  const [loss, setLoss] = useState<CommandReply<'session.delete'> | null>(null)
  const close = () => useUi.getState().setOverlay(null)
  useEffect(() => {
    void act('session.delete', { session: session as never, confirmed: false }).then((reply) => (reply ? setLoss(reply) : close()))
  }, [session])
  const confirm = async () => {
    close()
    if (!(await act('session.delete', { session: session as never, confirmed: true }))) return
    if (placeOf(location.pathname)?.session === session) go.inbox()
    useUi.getState().toast({ text: `${session} deleted; its branch is kept.`, tone: 'plain', undo: { label: 'Undo', run: () => void act('session.restore', { session: session as never }, `${session} restored`) } })
  }
  return (
    <Dialog title={`Delete ${session}?`} onClose={close} testId="delete-dialog">
      <form
        className="flex flex-col gap-3" onSubmit={(e) => { e.preventDefault(); void confirm() }}
        onKeyDown={(e) => { if (e.ctrlKey && e.code === 'KeyD' && loss) { e.preventDefault(); e.stopPropagation(); void confirm() } }}
      >
        {!loss ? <p className="text-dim">Looking what would be lost…</p> : (
          <>
            <p className={`wrap ${loss.unmergedCommits || loss.uncommittedFiles.length ? 'text-ask' : 'text-dim'}`}>{visible(loss.text)}</p>
            {loss.uncommittedFiles.length > 0 && (
              <ul aria-label="Not committed" className="max-h-40 overflow-auto font-mono text-sm text-dim">{loss.uncommittedFiles.map((f) => <li key={f}>{oneLine(f)}</li>)}</ul>
            )}
          </>
        )}
        <div className="flex justify-end gap-2">
          <Button tone="quiet" onClick={close}>Keep</Button>
          <Button type="submit" tone="danger" disabled={!loss} hint="Ctrl+D" autoFocus>Delete session</Button>
        </div>
      </form>
    </Dialog>
  )
}
