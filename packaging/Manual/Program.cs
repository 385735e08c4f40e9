using System.Globalization;
using ShmWifi.Manual;

if (args is not [var folder, var version, var date])
{
    Console.Error.WriteLine("usage: shmwifi-manual FOLDER VERSION YYYY-MM-DD\nWrites man pages and completions of all programs into FOLDER.");
    return 2;
}

foreach (var program in Programs.All)
{
    var others = Programs.All.Where(other => other != program).Select(other => other.Name);
    Write($"{program.Name}.1", ManPage.Write(program, version, DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture), others));
    Write($"bash/{program.Name}", BashCompletion.Write(program));
    Write($"zsh/_{program.Name}", ZshCompletion.Write(program));
    Write($"fish/{program.Name}.fish", FishCompletion.Write(program));
}
return 0;

void Write(string name, string text)
{
    string path = Path.Combine(folder, name);
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    File.WriteAllText(path, text);
}
