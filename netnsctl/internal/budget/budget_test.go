package budget

import (
	"testing"
	"time"
)

func TestSpend(t *testing.T) {
	all := New(Amount{Items: 10, Bytes: 100, Kept: 100, Time: time.Second}, nil)
	first, second := New(Amount{Items: 8, Bytes: 80, Kept: 80, Time: time.Second}, all), New(Amount{Items: 8, Bytes: 80, Kept: 80, Time: time.Second}, all)
	for _, test := range []struct {
		what    string
		account *Account
		spend   Amount
		over    bool
	}{
		{"within", first, Amount{Items: 8, Bytes: 80, Kept: 80, Time: time.Second / 2}, false},
		{"what is left above", second, Amount{Items: 2, Bytes: 20, Kept: 20, Time: time.Second / 2}, false},
		{"more than its own", first, Amount{Items: 1}, true},
		{"more than is left above", second, Amount{Kept: 1}, true},
		{"nothing without a limit", nil, Amount{Items: 1 << 30}, false},
	} {
		if err := test.account.Spend(test.spend); (err == ErrOver) != test.over {
			t.Errorf("%s: %v", test.what, err)
		}
	}
	if !first.Over() || !second.Over() || New(Amount{}, nil).Over() {
		t.Error("over where it is not, or not where it is")
	}
	for _, spend := range []Amount{{Bytes: 2}, {Kept: 2}, {Time: 2}} {
		if err := New(Amount{1, 1, 1, 1}, nil).Spend(spend); err != ErrOver {
			t.Errorf("%+v: %v", spend, err)
		}
	}
}
