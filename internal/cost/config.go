package cost

import (
	"errors"
	"fmt"
	"os"
)

// Config says whose prices are used. With neither field set they are the program's own.
type Config struct {
	File string `env:"PRICES_FILE"` // a table in a file
	JSON string `env:"PRICES"`      // or the table itself
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	_, err := c.Table()
	return err
}

// Table returns the configured table, which replaces the program's own.
func (c *Config) Table() (*Table, error) {
	switch {
	case c.File != "" && c.JSON != "":
		return nil, errors.New("only one of PRICES_FILE and PRICES may be set")
	case c.JSON != "":
		return parse("PRICES", []byte(c.JSON))
	case c.File != "":
		data, err := os.ReadFile(c.File)
		if err != nil {
			return nil, fmt.Errorf("PRICES_FILE: %w", err)
		}
		return parse("PRICES_FILE", data)
	default:
		return Default(), nil
	}
}

func parse(variable string, data []byte) (*Table, error) {
	t, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", variable, err)
	}
	return t, nil
}
