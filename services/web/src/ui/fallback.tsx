import { Component, type ReactNode } from 'react'

/** Shows `instead` where `children` break, and says so on the console: a part that only adds comfort must not take the page down. */
export class Fallback extends Component<{ children: ReactNode; instead: ReactNode }, { broken: boolean }> {
  override state = { broken: false }
  static getDerivedStateFromError() {
    return { broken: true }
  }
  override componentDidCatch(error: Error) {
    console.error('a part of the page failed and is shown plainly', error)
  }
  override render() {
    return this.state.broken ? this.props.instead : this.props.children
  }
}
