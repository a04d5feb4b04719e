import { styleText } from "node:util"

type Format = Parameters<typeof styleText>[0]

/** Text as a terminal shows it. It stays plain where stdout is no terminal, and wherever NO_COLOR is set (no-color.org). */
export const style = {
  bold: paint("bold"),
  dim: paint("dim"),
  red: paint("red"),
  green: paint("green"),
  yellow: paint("yellow"),
}

function paint(format: Format): (text: string) => string {
  const isColoured = process.stdout.isTTY && !process.env.NO_COLOR
  return (text) => (isColoured ? styleText(format, text, { validateStream: false }) : text)
}
