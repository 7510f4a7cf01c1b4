// The weights of the score: their sum and their bars follow what is typed.
const form = document.getElementById('weights');

function follow() {
	let sum = 0;
	for (const input of form.querySelectorAll('.weight input')) {
		const points = Number(input.value) || 0;
		sum += points;
		input.parentElement.querySelector('meter').value = points;
	}
	document.getElementById('sum').textContent = `Together ${Math.round(sum * 10) / 10} points`;
}
form?.addEventListener('input', follow);
