import type { ButtonHTMLAttributes, ReactNode, TextareaHTMLAttributes } from 'react'

type Tone = 'plain' | 'primary' | 'danger' | 'quiet'
const tones: Record<Tone, string> = {
  plain: 'border border-control/50 bg-raised text-text hover:border-control',
  primary: 'border border-transparent bg-accent text-on-accent font-medium hover:brightness-110',
  danger: 'border border-error/60 text-error hover:bg-error/10',
  quiet: 'border border-transparent text-dim hover:text-text hover:bg-raised',
}

export const Button = ({ tone = 'plain', hint, className = '', children, ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { tone?: Tone; /** key that does the same */ hint?: string }) => (
  <button type="button" className={`inline-flex min-h-7 max-sm:min-h-11 items-center gap-1.5 rounded-md px-2.5 text-sm whitespace-nowrap disabled:opacity-45 ${tones[tone]} ${className}`} {...rest}>
    {children}
    {hint && <Kbd>{hint}</Kbd>}
  </button>
)

/** Hidden from the accessible name: the name is the words of the button. */
export const Kbd = ({ children }: { children: ReactNode }) => (
  <kbd aria-hidden className="nums rounded-sm border border-current/25 px-1 font-mono text-[10px] leading-[14px] opacity-70 max-sm:hidden">{children}</kbd>
)

export const TextArea = ({ className = '', ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement>) => (
  <textarea className={`field-sizing-content max-h-72 min-h-9 w-full resize-none rounded-md border border-control/60 bg-bg px-2.5 py-2 text-base text-text placeholder:text-faint focus:border-accent focus:outline-none max-sm:text-[16px] ${className}`} {...rest} />
)

export const inputClass = 'h-8 max-sm:h-11 max-sm:text-[16px] w-full rounded-md border border-control/60 bg-bg px-2.5 text-base text-text placeholder:text-faint focus:border-accent focus:outline-none'

export const Field = ({ label, help, children }: { label: string; help?: ReactNode; children: ReactNode }) => (
  <label className="flex flex-col gap-1">
    <span className="text-sm font-medium text-dim">{label}</span>
    {children}
    {help && <span className="text-sm text-faint">{help}</span>}
  </label>
)

export const Empty = ({ title, children }: { title: string; children?: ReactNode }) => (
  <div className="flex flex-col items-center justify-center gap-1 px-6 py-10 text-center">
    <p className="text-base text-dim">{title}</p>
    {children && <div className="max-w-prose text-sm text-faint">{children}</div>}
  </div>
)

const chips = { plain: 'text-dim bg-raised', ask: 'text-ask bg-ask/10', error: 'text-error bg-error/10', work: 'text-work bg-work/10', review: 'text-review bg-review/10', drift: 'text-drift bg-drift/10', pair: 'text-pair bg-pair/10' }
export type ChipTone = keyof typeof chips
export const Chip = ({ tone = 'plain', title, wraps = false, children }: { tone?: ChipTone; title?: string; /** for words of any length */ wraps?: boolean; children: ReactNode }) => (
  <span title={title} className={`inline-flex items-center rounded-sm px-1.5 text-xs ${wraps ? 'wrap max-w-full' : 'whitespace-nowrap'} ${chips[tone]}`}>{children}</span>
)

/** Added and removed lines; the signs carry the meaning, the colour only helps. */
export const Stat = ({ added, removed }: { added: number; removed: number }) => (
  <span className="nums font-mono text-xs whitespace-nowrap"><span className="text-add">+{added}</span> <span className="text-del">−{removed}</span></span>
)
