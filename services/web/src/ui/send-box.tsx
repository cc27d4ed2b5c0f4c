import { useState, type KeyboardEvent } from 'react'
import { useUi } from '../ui-store.ts'
import { Button, TextArea } from './controls.tsx'

type Props = { draftKey: string; label: string; placeholder: string; button: string; testId: string; send: (text: string) => Promise<boolean>; disabled?: boolean }

/**
 * A text field that sends. Enter sends where there is a keyboard, Shift+Enter breaks the line, ⌘/Ctrl+Enter always sends.
 * The draft is cleared only when the server has taken it.
 */
export const SendBox = ({ draftKey, label, placeholder, button, testId, send, disabled = false }: Props) => {
  const text = useUi((s) => s.drafts[draftKey] ?? '')
  const setDraft = useUi((s) => s.setDraft)
  const [busy, setBusy] = useState(false)
  const submit = async () => {
    if (!text.trim() || busy) return
    setBusy(true)
    const taken = await send(text.trim())
    setBusy(false)
    // What was typed while it was on its way is a new draft.
    if (taken && useUi.getState().drafts[draftKey] === text) setDraft(draftKey, '')
  }
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.key !== 'Enter' || e.nativeEvent.isComposing || e.shiftKey || e.altKey) return
    if (!e.metaKey && !e.ctrlKey && matchMedia('(pointer: coarse)').matches) return
    e.preventDefault()
    void submit()
  }
  return (
    <form className="flex items-end gap-2" onSubmit={(e) => { e.preventDefault(); void submit() }}>
      <TextArea
        rows={1} data-testid={testId} aria-label={label} placeholder={placeholder} value={text} disabled={disabled} enterKeyHint="send"
        onChange={(e) => setDraft(draftKey, e.target.value)} onKeyDown={onKeyDown}
      />
      <Button type="submit" tone={text.trim() ? 'primary' : 'plain'} disabled={busy || disabled || !text.trim()} className="min-h-9" hint="↵">{button}</Button>
    </form>
  )
}
