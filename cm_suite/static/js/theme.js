// Runs before the first paint: says that scripts work, and turns "auto" into what the system prefers.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  if (!root.dataset.themeChoice) root.dataset.themeChoice = root.dataset.bsTheme || "auto";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const choice = root.dataset.themeChoice;
    root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
  };
  dark.addEventListener("change", paint);
  document.addEventListener("cm:theme", paint);
  paint();
})();
