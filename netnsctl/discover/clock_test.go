package discover

import (
	"testing"
	"time"
)

const day = 24 * time.Hour

// TestClock: a file is as old as it is, whatever the clock was set to. The kernel made its
// anonymous inode half a second after the boot, and kswapd0 started a tenth later.
func TestClock(t *testing.T) {
	const booted, booting = 500 * time.Millisecond, 600 * time.Millisecond
	const unknown = -1
	for _, test := range []struct {
		name string
		// uptime is that of now, set by how much the clock was set when the machine had run for at.
		uptime, set, at time.Duration
		made            time.Duration // uptime when the file was made
		age             time.Duration // within the time of the boot
		disk            bool
	}{
		{name: "never set", uptime: time.Hour, made: time.Minute, age: 59 * time.Minute},
		{name: "never set, made just now", uptime: time.Hour, made: time.Hour, age: 0},
		{name: "2 s forward, before", uptime: time.Minute, set: 2 * time.Second, at: 50 * time.Second, made: 40 * time.Second, age: 20 * time.Second},
		{name: "2 s forward, after", uptime: time.Minute, set: 2 * time.Second, at: 30 * time.Second, made: 40 * time.Second, age: 18 * time.Second},
		{name: "2 s back, before", uptime: time.Minute, set: -2 * time.Second, at: 50 * time.Second, made: 40 * time.Second, age: 18 * time.Second},
		{name: "2 s back, just before", uptime: time.Minute, set: -2 * time.Second, at: time.Minute, made: 59 * time.Second, age: time.Second},
		{name: "a day forward, before", uptime: 2 * time.Hour, set: day, at: time.Hour, made: time.Minute, age: 119 * time.Minute},
		{name: "a day forward, just before", uptime: time.Hour, set: day, at: time.Hour, made: time.Hour, age: 0},
		{name: "a day forward, after", uptime: 2 * time.Hour, set: day, at: time.Hour, made: 119 * time.Minute, age: time.Minute},
		{name: "a day forward, long ago", uptime: 9 * day, set: day, at: time.Hour, made: 8 * day, age: 0},
		{name: "an hour forward, just before", uptime: 3 * time.Hour, set: time.Hour, at: 3 * time.Hour, made: 3*time.Hour - time.Second, age: time.Second},
		{name: "a day back, before", uptime: 2 * time.Hour, set: -day, at: time.Hour, made: time.Minute, age: 119 * time.Minute},
		{name: "a day back, after", uptime: 2 * time.Hour, set: -day, at: time.Hour, made: 119 * time.Minute, age: time.Minute},
		{name: "50 years forward at the boot", uptime: day, set: 50 * 365 * day, at: time.Second, made: time.Hour, age: 23 * time.Hour},
		{name: "50 years back, before", uptime: day, set: -50 * 365 * day, at: 2 * time.Hour, made: time.Hour, age: 23 * time.Hour},
		{name: "of a moment that is still to come", uptime: time.Hour, made: time.Hour + 2*time.Second, age: 0},
		{name: "of an earlier boot, on a disk", uptime: time.Hour, made: -day, age: time.Hour, disk: true},
		{name: "of an earlier boot, in memory", uptime: time.Hour, made: -day, age: unknown},
		{name: "of the future", uptime: time.Hour, made: 2 * day, age: unknown, disk: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			boot := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(test.set) // as the clock is set now
			stamp := func(uptime time.Duration) time.Time {
				if uptime <= test.at {
					return boot.Add(uptime - test.set)
				}
				return boot.Add(uptime)
			}
			c := newClock(boot, boot.Add(test.uptime), bootStamp{stamp(booted), true})
			c.bootedWithin(booting)
			born := c.born(stamp(test.made), !test.disk)
			if born.IsZero() != (test.age == unknown) {
				t.Fatalf("born %v, the step is %v", born, c.step)
			}
			if age := c.now.Sub(born); test.age != unknown && (age > test.age+clockSlack || age < test.age-booting) {
				t.Errorf("%v old, not %v; the step is %v", age, test.age, c.step)
			}
		})
	}
}

// TestClockOfTouchedInode: what a program has done to the anonymous inode does not look like a
// clock that was set back.
func TestClockOfTouchedInode(t *testing.T) {
	boot := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for booted, step := range map[time.Duration]time.Duration{
		0: 0, 40 * time.Second: 0, 59 * time.Minute: 0, -time.Second: time.Second, 3 * time.Hour: -3 * time.Hour,
	} {
		if c := newClock(boot, boot.Add(time.Hour), bootStamp{made: boot.Add(booted)}); c.step != step {
			t.Errorf("made %v after the boot: the step is %v", booted, c.step)
		}
	}
	c := newClock(boot, boot.Add(time.Hour), bootStamp{made: boot.Add(time.Minute)})
	if c.bootedWithin(time.Second); c.step != 0 || c.sure {
		t.Errorf("the step is %v, sure %v", c.step, c.sure)
	}
}
