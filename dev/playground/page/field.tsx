import type { ComponentChildren } from "preact"

interface Props {
  /** Of the control among the children. */
  readonly id: string
  readonly label: string
  readonly class?: string
  readonly children: ComponentChildren
}

/** A control with its label above it. */
export function Field({ id, label, class: name = "", children }: Props) {
  return (
    <div class={`field ${name}`}>
      <label for={id}>{label}</label>
      {children}
    </div>
  )
}
