// Counts the seconds of "刚派出,10 秒内可撤回" down. The server decides; this only shows what is left.
// Markup: data-undo-seconds="10" on the box, data-countdown inside it, the button(s) to withdraw.
export function startCountdowns(root) {
  const boxes = root.matches?.("[data-undo-seconds]") ? [root] : root.querySelectorAll("[data-undo-seconds]");
  for (const box of boxes) {
    if (box.dataset.counting) continue;
    box.dataset.counting = "yes";
    const end = Date.now() + Number(box.dataset.undoSeconds) * 1000;
    const timer = setInterval(() => {
      const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      const shown = box.querySelector("[data-countdown]");
      if (shown) shown.textContent = String(left);
      if (left === 0) {
        clearInterval(timer);
        box.hidden = true;
      }
      if (!box.isConnected) clearInterval(timer);
    }, 250);
  }
}
