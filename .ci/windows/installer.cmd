@echo off
chcp 65001 >nul
setlocal
title Installation de consultkit
set "CIBLE=%LOCALAPPDATA%\consultkit"

set "PY="
for %%V in (3.13 3.12 3.11) do (
  if not defined PY py -%%V -c "import venv" >nul 2>&1 && set "PY=py -%%V"
)
if not defined PY (
  echo Python 3.11, 3.12 ou 3.13 est introuvable. Installez-le d'abord, puis relancez ce fichier.
  echo Python 3.11, 3.12 or 3.13 was not found. Install it first, then run this file again.
  pause
  exit /b 1
)

echo Installation dans "%CIBLE%", pour votre compte seulement...
%PY% -m venv "%CIBLE%\env" || goto echec
"%CIBLE%\env\Scripts\python.exe" -m pip install --quiet --no-index --find-links "%~dp0wheels" --upgrade consultkit || goto echec
copy /y "%~dp0consultkit.cmd" "%CIBLE%\consultkit.cmd" >nul || goto echec
"%CIBLE%\env\Scripts\consultkit.exe" --version || goto echec
echo.
echo C'est fait. Glissez "%CIBLE%\consultkit.cmd" sur votre bureau, ou deposez-le dans le dossier de la campagne.
echo Done. Put "%CIBLE%\consultkit.cmd" on your desktop, or into the campaign's folder.
pause
exit /b 0

:echec
echo.
echo L'installation a echoue ; rien d'autre n'a ete change sur cet ordinateur.
echo The installation failed; nothing else was changed on this computer.
pause
exit /b 1
