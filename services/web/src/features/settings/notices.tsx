import { useState } from 'react'
import { Button } from '../../ui/controls.tsx'
import { canNotify, setNotices, show, wantsNotices } from '../notify/notify.ts'

/** Notifications of the system: off until asked for, with a way to try them. */
export const NoticeChoice = () => {
  const [on, setOn] = useState(wantsNotices)
  const [refused, setRefused] = useState(false)
  if (!canNotify()) return <p className="text-sm text-faint">The browser offers notifications on https or on this machine’s own address alone (<code className="font-mono">orchestra up --tls-name</code>).</p>
  const toggle = async () => {
    const done = await setNotices(!on)
    setRefused(!done)
    setOn(wantsNotices())
  }
  return (
    <div className="flex flex-wrap items-center gap-2">
      <label className="flex items-center gap-2"><input type="checkbox" checked={on} onChange={() => void toggle()} /> notify me of errors and questions while this page is out of sight</label>
      {on && <Button tone="quiet" onClick={() => show('Orchestra', 'Notifications work.')}>Try it</Button>}
      {refused && <p role="alert" className="w-full text-sm text-error">The browser refuses: allow notifications for this page in its site settings.</p>}
    </div>
  )
}
