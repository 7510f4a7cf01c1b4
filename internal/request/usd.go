package request

import (
	"fmt"
	"strings"
)

// USD returns an amount with commas between thousands, and with cents if there are any:
// "$1,234,567.50", "-$20".
func USD(amount float64) string {
	sign := ""
	if amount < 0 {
		sign, amount = "-", -amount
	}
	whole, cents, _ := strings.Cut(fmt.Sprintf("%.2f", amount), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if cents == "00" {
		return sign + "$" + whole
	}
	return sign + "$" + whole + "." + cents
}
