import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import './app/theme.css'
import { applyTheme, savedTheme } from './features/settings/theme.tsx'

applyTheme(savedTheme())
const element = document.getElementById('root')
if (!element) throw new Error('index.html has no #root')
createRoot(element).render(<App />)
