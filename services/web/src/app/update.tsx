import { useEffect, useState } from 'react'
import { useStore } from '../store.ts'
import { Button } from '../ui/controls.tsx'

/** Whether the server has another page than this one: its script has another name. */
const isOld = async (): Promise<boolean> => {
  const mine = document.querySelector('script[type="module"][src]')?.getAttribute('src')
  if (!mine) return false
  try {
    const page = await fetch('/', { cache: 'no-cache' })
    return page.ok && !(await page.text()).includes(mine)
  } catch {
    // The connection went again: asked anew at the next one.
    return false
  }
}

/** After a reconnect: a page that was replaced meanwhile lacks parts that it has not loaded yet. It is renewed when the person says so, for the sake of drafts. */
export const UpdateBanner = () => {
  const epoch = useStore((s) => s.epoch)
  const [old, setOld] = useState(false)
  useEffect(() => {
    if (epoch < 2) return
    let gone = false
    void isOld().then((is) => { if (!gone && is) setOld(true) })
    return () => { gone = true }
  }, [epoch])
  if (!old) return null
  return (
    <p role="status" data-testid="update" className="flex items-center gap-2 border-b border-line bg-raised px-4 py-1.5">
      Orchestra was upgraded. <Button tone="primary" className="min-h-6" onClick={() => location.reload()}>Reload the page</Button>
    </p>
  )
}
