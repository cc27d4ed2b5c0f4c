import { RouterProvider } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { problemText, signIn } from '../api.ts'
import { tellAnswers } from '../features/attention/answered.ts'
import { SignIn } from '../features/signin/page.tsx'
import { tokenIn } from '../features/signin/signin.ts'
import { listenForNotices } from '../features/notify/notify.ts'
import { useStore } from '../store.ts'
import { openStream } from '../stream.ts'
import { showBadge } from './badge.ts'
import { listenKeys } from './keys.ts'
import { router } from './router.tsx'

/** Takes the token out of the address before anything else can read or remember it. */
const takeToken = (): string | null => {
  const token = tokenIn(location.hash)
  if (token) window.history.replaceState(null, '', location.pathname + location.search)
  return token
}

const token = takeToken()

const Page = () => {
  useEffect(() => {
    const closers = [openStream(), listenKeys(), showBadge(), listenForNotices(), tellAnswers()]
    return () => closers.forEach((close) => close())
  }, [])
  return <RouterProvider router={router} />
}

/** Signed in or not; all else is the router's. */
export const App = () => {
  const signedOut = useStore((s) => s.connection === 'signed-out')
  const [entering, setEntering] = useState(token !== null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    if (token === null) return
    void signIn(token).then((result) => {
      // A link that was used before is no reason to send away who is signed in: the state socket finds out.
      if (!result.ok) setProblem(problemText(result.problem))
      setEntering(false)
    })
  }, [])
  if (entering) return null
  return signedOut ? <SignIn problem={problem} /> : <Page />
}
