// Fills the list of versions, and goes to the one that is chosen.
const versions = document.getElementById("versions");
fetch(versions.dataset.list)
  .then((answer) => answer.json())
  .then((list) => {
    const here = versions.value;
    versions.replaceChildren(...list.map(({ name, url }) => new Option(name, url, name === here, name === here)));
  });
versions.addEventListener("change", () => { location.href = versions.value; });
