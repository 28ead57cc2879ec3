// A field that is as high as what is written in it.

/** Measures anew. What holds the field keeps its height meanwhile: else the timeline above would grow for a moment and lose its place. */
export function fitHeight(area: HTMLTextAreaElement): void {
  const holder = area.parentElement;
  if (holder) holder.style.minHeight = `${holder.offsetHeight}px`;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
  if (holder) holder.style.minHeight = "";
}
