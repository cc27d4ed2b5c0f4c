import { useState } from 'react'
import { act } from '../../act.ts'
import { go } from '../../app/nav.ts'
import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { Button, Field, inputClass, TextArea } from '../../ui/controls.tsx'
import { oneLine } from '../../ui/text.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { nameFrom } from './name.ts'

const NAME = 'composer.name', TASK = 'composer.task'

/** New session: what to do is enough, the rest is filled in. */
export const Composer = () => {
  const { drafts, setDraft, setOverlay } = useUi.getState()
  const project = useStore((s) => s.project)
  const [task, setTask] = useState(drafts[TASK] ?? '')
  const [name, setName] = useState(drafts[NAME] ?? '')
  const [base, setBase] = useState('')
  const [target, setTarget] = useState('')
  const [paired, setPaired] = useState(false)
  const [ask, setAsk] = useState(project?.settings.permissionMode === 'ask')
  const [busy, setBusy] = useState(false)
  const close = () => { setDraft(TASK, task); setDraft(NAME, name); setOverlay(null) }
  const finalName = name.trim() || nameFrom(task)
  const submit = async () => {
    if (busy || !task.trim() || !finalName) return
    setBusy(true)
    const made = await act('session.spawn', {
      name: finalName, instructions: task.trim(), paired, permissionMode: ask ? 'ask' : 'bypass',
      ...(base.trim() && { base: base.trim() }), ...(target.trim() && { target: target.trim() }),
    })
    setBusy(false)
    if (!made) return
    setDraft(TASK, '')
    setDraft(NAME, '')
    setOverlay(null)
    useUi.getState().toast({ text: made.text || `${made.session} on branch ${made.branch}`, tone: 'plain' })
    go.session(made.session)
  }
  return (
    <Dialog title="New session" onClose={close} testId="composer">
      <form
        className="flex flex-col gap-3" onSubmit={(e) => { e.preventDefault(); void submit() }}
        onKeyDown={(e) => { if (e.key === 'Enter' && (e.metaKey || e.ctrlKey)) { e.preventDefault(); void submit() } }}
      >
        <Field label="Task" help="Say when it is done and what not to touch. The spec goes along with it.">
          <TextArea rows={5} autoFocus required name="task" value={task} onChange={(e) => setTask(e.target.value)} placeholder="What should this session do?" />
        </Field>
        <Field label="Name"><input className={inputClass} name="name" maxLength={200} value={name} onChange={(e) => setName(e.target.value)} placeholder={nameFrom(task) || 'short name; also its branch'} /></Field>
        <details>
          <summary className="cursor-pointer text-sm text-dim">More</summary>
          <div className="mt-2 grid grid-cols-2 gap-3 max-sm:grid-cols-1">
            <Field label="Start from"><input className={inputClass} name="base" list="branches" value={base} onChange={(e) => setBase(e.target.value)} placeholder={project?.branch ?? 'where the checkout is'} /></Field>
            <Field label="Merge into"><input className={inputClass} name="target" list="branches" value={target} onChange={(e) => setTarget(e.target.value)} placeholder={project?.branch ?? ''} /></Field>
            <datalist id="branches">{project?.branches.map((b) => <option key={b} value={b} label={oneLine(b)} />)}</datalist>
            <label className="flex items-start gap-2"><input type="checkbox" className="mt-1" checked={paired} onChange={(e) => setPaired(e.target.checked)} /><span>Paired<br /><span className="text-sm text-faint">it also sees your project as it is now, read-only</span></span></label>
            <label className="flex items-start gap-2"><input type="checkbox" className="mt-1" checked={ask} onChange={(e) => setAsk(e.target.checked)} /><span>Ask before acting<br /><span className="text-sm text-faint">its permission prompts come to you</span></span></label>
          </div>
        </details>
        <div className="flex justify-end gap-2">
          <Button tone="quiet" onClick={close}>Close</Button>
          <Button type="submit" tone="primary" disabled={busy || !task.trim() || !finalName} hint="Ctrl+↵">Start session</Button>
        </div>
      </form>
    </Dialog>
  )
}
