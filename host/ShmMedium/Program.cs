using System.CommandLine.Invocation;
using ShmWifi.ShmMedium.Cli;

var parse = new MediumCommand().Parse(args);
return parse.Action is ParseErrorAction ? UsageError.Tell(parse, Console.Error) : await parse.InvokeAsync();
