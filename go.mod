module github.com/fateline/fateline

go 1.26
