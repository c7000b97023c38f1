package simulate

// Way names how the blast was made: "whole", "unchanged", "around" or "reaching".
func (b *Blast) Way() string {
	return [...]string{whole: "whole", unchanged: "unchanged", around: "around", reaching: "reaching"}[b.way]
}
