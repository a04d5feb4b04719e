import type { ComponentChildren, RefObject } from "preact"

interface Props {
  readonly label: string
  readonly class?: string
  readonly box?: RefObject<HTMLElement | null>
  readonly children: ComponentChildren
}

/** What may be larger than its place: it scrolls by itself, by keyboard as well. */
export function ScrollBox({ label, class: name = "", box, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the only way to scroll without a pointer, in every browser
    <section class={`scroll ${name}`} aria-label={label} tabIndex={0} {...(box && { ref: box })}>
      {children}
    </section>
  )
}

/** A value as JSON, or a text that is JSON already, in lines. */
export function CodeBlock({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <ScrollBox label={label} class="code">
      <pre>{text}</pre>
    </ScrollBox>
  )
}
